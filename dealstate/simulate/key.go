package simulate

import (
	"encoding/binary"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// reduce rewrites the key of a cursor so that instants which lie in the past
// count as past only: how long ago a deadline was makes no difference to what can
// follow, yet would make every situation new for as long as time passes. What of
// the past matters is whether the clock that is due has fired. A key of another
// form than the one it knows comes back as it is, which costs completeness only.
func reduce(key []byte, a dealstate.Agreement, now time.Time) []byte {
	r := reader{key: key}
	r.number() // the state
	for range 2*words(len(a.Parties)) + words(len(a.Commitments)) + 1 {
		r.number() // approved, rejected, performed, and open disputes
	}
	out := append([]byte(nil), key[:len(key)-len(r.key)]...)
	met, _, fired := r.span(), r.span(), [3]span{r.span(), r.span(), r.span()}
	var effect span
	if a.Effect != nil && met.set {
		effect = span{set: true, ns: int64(a.Effect.After(now.Add(time.Duration(met.ns))).Sub(now))}
	}
	out = appendClock(out, []span{effect}, fired[1])
	for _, f := range []span{fired[0], fired[2]} {
		base, by := r.span(), make([]span, len(a.Parties))
		for p := range by {
			by[p] = r.span()
		}
		out = appendClock(out, append(by, base.unless(by)), f)
	}
	if r.failed || len(r.key) > 0 {
		return key
	}
	return out
}

func words(bits int) int { return (bits + 63) / 64 }

// span is an instant as seen from now; not set: the zero instant.
type span struct {
	set bool
	ns  int64
}

// unless drops a base by which no side stands any more.
func (s span) unless(by []span) span {
	for _, b := range by {
		if b == s {
			return s
		}
	}
	return span{}
}

// appendClock writes what is still to come of a clock, and whether it has
// fired for the instant that is due.
func appendClock(out []byte, parts []span, fired span) []byte {
	var due span
	for _, p := range parts {
		if p.set && (!due.set || p.ns < due.ns) {
			due = p
		}
	}
	for _, p := range parts {
		switch {
		case !p.set:
			out = append(out, 0)
		case p.ns <= 0:
			out = append(out, 1)
		default:
			out = binary.AppendVarint(append(out, 2), p.ns)
		}
	}
	if due.set && due == fired {
		return append(out, 1)
	}
	return append(out, 0)
}

// reader takes a key apart.
type reader struct {
	key    []byte
	failed bool
}

func (r *reader) number() {
	_, n := binary.Uvarint(r.key)
	r.skip(n)
}

func (r *reader) span() span {
	if len(r.key) == 0 {
		r.failed = true
		return span{}
	}
	set := r.key[0] == 1
	r.skip(1)
	if !set {
		return span{}
	}
	ns, n := binary.Varint(r.key)
	r.skip(n)
	return span{set: true, ns: ns}
}

func (r *reader) skip(n int) {
	if n <= 0 {
		r.failed, n = true, 0
	}
	r.key = r.key[n:]
}
