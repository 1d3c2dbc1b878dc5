package bulk

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk/internal/lines"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// writer is a program that writes lines in a way of its own.
type writer struct {
	order  []int  // of the fields
	colon  string // with its spaces
	comma  string
	end    string // of the line
	escape bool   // letters, now and then
	raw    bool   // no backslash: a mistake
	split  bool   // the source in two: a mistake
}

func newWriter(rng *rand.Rand) writer {
	return writer{order: rng.Perm(13), colon: dirtylog.Pick(rng, []string{":", ": ", " : "}), comma: dirtylog.Pick(rng, []string{",", ", ", " ,  "}),
		end: dirtylog.Pick(rng, []string{"\n", "\n", "\r\n", " \n"}), escape: rng.IntN(8) == 0, raw: rng.IntN(6) == 0, split: rng.IntN(6) == 0}
}

// line writes every field, or those only that are not empty.
func (w writer) line(rng *rand.Rand, e dealstate.Event, all bool) string {
	text := func(name, value string) string {
		if value == "" && !all {
			return ""
		}
		quoted, _ := json.Marshal(value)
		if w.raw {
			quoted = bytes.ReplaceAll(quoted, []byte(`\\`), []byte(`\`))
		}
		if w.escape && rng.IntN(3) == 0 && len(quoted) > 2 && quoted[1] != '\\' && quoted[1] < 0x80 {
			quoted = []byte(fmt.Sprintf(`"\u%04x%s`, quoted[1], quoted[2:]))
		}
		return `"` + name + `"` + w.colon + string(quoted)
	}
	revision := ""
	if e.Revision != 0 || all {
		revision = fmt.Sprintf(`"revision"%s%d`, w.colon, e.Revision)
	}
	source := w.join(text("publisher", e.Source.Publisher), text("url", e.Source.URL), text("published", e.Source.Published))
	if w.split && e.Source.URL != "" && e.Source.Published != "" && rng.IntN(4) == 0 {
		source = w.join(text("publisher", e.Source.Publisher), text("url", e.Source.URL)+"}"+w.comma+`"source"`+w.colon+"{"+text("published", e.Source.Published))
	}
	if source != "" {
		source = `"source"` + w.colon + "{" + source + "}"
	}
	fields := []string{text("id", e.ID), text("deal", e.Deal), text("kind", e.Kind.String()), text("party", e.Party), text("by", e.By), text("role", e.Role.String()),
		text("modality", e.Modality.String()), text("at", stamp(e.At)), text("recorded", stamp(e.Recorded)), revision,
		w.join(text("ref", e.Ref), text("commitment", e.Commitment), text("until", stamp(e.Until))), source, text("note", e.Note)}
	var sorted []string
	for _, i := range w.order {
		sorted = append(sorted, fields[i])
	}
	return "{" + w.join(sorted...) + "}" + w.end
}

func (w writer) join(fields ...string) string {
	var full []string
	for _, f := range fields {
		if f != "" {
			full = append(full, f)
		}
	}
	return strings.Join(full, w.comma)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

// Names of which some are the beginning of others, or look like escapes.
var alikeNames = []string{"d", "d1", "d12", `d\`, `d\u0031`, "d-of-just-twenty-three-b", "d-of-just-twenty-three-by", "d-of-just-twenty-three-bytes-and-more", "\u4e2d", "d/1"}

// idOf gives ids that ascend at first, and later do not; some are long, and alike.
func idOf(rng *rand.Rand, i, n int) string {
	switch {
	case rng.IntN(40) == 0:
		return fmt.Sprintf("event-of-equal-beginning-%07d", rng.IntN(n))
	case i > n/2 && rng.IntN(5) == 0:
		return fmt.Sprintf("%07d", rng.IntN(i)) // taken, most likely
	}
	return fmt.Sprintf("%07d", i)
}

// mixedLines are lines of several writers in turn, good and bad, of a dirty log.
func mixedLines(seed uint64, n int) []byte {
	rng := rand.New(rand.NewPCG(seed, 7))
	var out bytes.Buffer
	var writers []writer
	for range 1 + rng.IntN(5) {
		writers = append(writers, newWriter(rng))
	}
	a := dirtylog.Agreements[0]
	log := dirtylog.Log(rng, a, "", n, dirtylog.Kinds)
	for i, e := range log {
		if i >= 12 && rng.IntN(6) > 0 { // most statements are few
			was := log[rng.IntN(12)]
			was.At, was.Recorded, e = e.At, e.Recorded, was
		} else {
			e.By = dirtylog.Pick(rng, []string{"", "a spokesman", "a spokesman of the ministry, asked for the third time", "中国", `a "b"\`, "a\nb"})
			e.Source = dealstate.Source{Publisher: dirtylog.Pick(rng, []string{"", "Yicai", "Yicai Global", "Y"}),
				URL: dirtylog.Pick(rng, []string{"", "https://example.org/x", "u"}), Published: dirtylog.Pick(rng, []string{"", "2025-06-27", "2025-06-27", "2025-06-27T01:02:03Z"})}
		}
		e.ID, e.Deal = idOf(rng, i, n), dirtylog.Pick(rng, alikeNames)
		if e.Ref != "" {
			e.Ref = fmt.Sprintf("%07d", rng.IntN(n))
		}
		if e.Kind == dealstate.Perform && rng.IntN(3) == 0 {
			e.Party = ""
		}
		if i > 0 && rng.IntN(8) == 0 { // again, and perhaps otherwise
			if e = log[rng.IntN(i)]; rng.IntN(4) == 0 {
				e.Note += "!"
			}
			if e.Kind == dealstate.Perform {
				e.Party = ""
			}
		}
		log[i] = e
		line := dirtylog.Pick(rng, writers).line(rng, e, rng.IntN(4) == 0)
		switch rng.IntN(60) {
		case 0:
			line = "\n \n"
		case 1: // one byte is odd
			at := rng.IntN(len(line))
			line = line[:at] + string(rune(rng.IntN(128))) + line[at+1:]
		case 2:
			line = strings.Replace(line, `"d`, `"e`, 1)
		case 3: // as long as the block, or nearly
			line = strings.Repeat(" ", lines.BlockSize-lines.Margin-out.Len()%(lines.BlockSize-lines.Margin)-rng.IntN(len(line))) + line
		}
		out.WriteString(line)
	}
	if rng.IntN(2) == 0 {
		return bytes.TrimRight(out.Bytes(), "\r\n")
	}
	return out.Bytes()
}

// referee reads lines one by one with the library, and keeps a log of each deal.
type referee struct {
	a      Agreements
	deals  map[string]*dealstate.Deal
	events map[string][]dealstate.Event
	order  []string
	read   Progress
	bad    []string
}

func (r *referee) take(text []byte) error {
	var e dealstate.Event
	if err := e.UnmarshalJSON(text); err != nil {
		return err
	}
	_, err1 := nanosOf("at", e.At) // an odd byte may change the century
	_, err2 := nanosOf("recorded", e.Recorded)
	_, err3 := nanosOf("until", e.Until)
	m, err := r.a.machine(e.Deal)
	if err = cmp.Or(err1, err2, err3, err); err != nil {
		return err
	}
	name := e.Deal
	e.Deal = m.Deal()
	d := r.deals[name]
	if d == nil {
		d = m.NewDeal(dealstate.Strict)
	}
	decision, err := d.Record(e)
	if err != nil {
		return err
	}
	if r.deals[name] == nil {
		r.deals[name], r.order = d, append(r.order, name)
	}
	if decision.Outcome == dealstate.Duplicate {
		r.read.Duplicates++
		return nil
	}
	r.read.Events++
	r.events[name] = append(r.events[name], e)
	return nil
}

func refereed(a Agreements, text []byte) *referee {
	r := &referee{a: a, deals: map[string]*dealstate.Deal{}, events: map[string][]dealstate.Event{}}
	r.read.Bytes = int64(len(text))
	n := 0
	for line := range bytes.Lines(text) {
		n++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		r.read.Lines++
		if err := r.take(line); err != nil {
			r.read.Bad++
			r.bad = append(r.bad, (&dealstate.LineError{Line: n, Err: err}).Error())
		}
	}
	return r
}

// Several programs write to one log, each in its own way, and some wrongly. What is
// taken, doubled, contradicted and refused is what the library says, line by line,
// and so is where each deal stands.
func TestLinesOfSeveralWritersComeToWhatTheLibraryMakesOfThem(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(dirtylog.Agreements[0])
	require.NoError(t, err)
	template := Template(m)
	some := ByDeal(func(deal string) *dealstate.Machine {
		if strings.HasPrefix(deal, "e") {
			return nil
		}
		return m
	})
	var all Progress
	for seed := range uint64(proof.Times(40, 12)) {
		a := template
		if seed%2 == 1 {
			a = some
		}
		text := mixedLines(seed, 40<<(seed%6))
		want := refereed(a, text)
		all.Duplicates, all.Bad, all.Events = all.Duplicates+want.read.Duplicates, all.Bad+want.read.Bad, all.Events+want.read.Events
		for workers := 1; workers <= 3; workers++ {
			var bad []string
			l, err := ReadLines(context.Background(), iotestOneByte(string(text)), a, Options{Workers: workers, Bad: func(e *dealstate.LineError) error {
				bad = append(bad, e.Error())
				return nil
			}})
			require.NoError(t, err)
			require.Equal(t, want.bad, bad, "seed %d", seed)
			require.Equal(t, want.read, l.Progress())
			require.Equal(t, want.order, l.Deals())
			v := dirtyViews[seed%4]
			r, err := l.Replay(context.Background(), v, workers)
			require.NoError(t, err)
			for f := range r.Finals() {
				s, _, err := m.Fold(want.events[f.Deal], v)
				require.NoError(t, err)
				require.Equal(t, Final{Deal: f.Deal, State: s.State, Since: s.Since, Revision: s.Revision}, f)
			}
		}
	}
	require.Greater(t, all.Events, int64(proof.Times(10_000, 3_000)))
	require.Greater(t, all.Duplicates, int64(proof.Times(500, 150)))
	require.Greater(t, all.Bad, int64(proof.Times(500, 150)))
}
