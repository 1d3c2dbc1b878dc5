package analytics

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// Lag sums up how long after the act its reports came in: recorded less
// occurred, in seconds. It is negative where a report gives an instant yet to come. Where
// both are known to the day only, it is of whole days: 0 on the same day.
type Lag struct {
	Kind dealstate.Kind `json:"kind"`
	Role dealstate.Role `json:"role,omitempty"` // 0: the reports say none
	Lag  Dwell          `json:"lag"`
}

// Columns names the cells.
func (Lag) Columns() []string { return append([]string{"kind", "role"}, dwellColumns...) }

// Cells gives the row.
func (l Lag) Cells() []string {
	return append([]string{l.Kind.String(), l.Role.String()}, l.Lag.cells()...)
}

// Lags measures the evidence lag of reports, by what was done and in what role
// it was told. The zero value is ready. It takes every report, also those that a
// policy does not count: 8 bytes each.
type Lags struct {
	by map[lagKey]*Sample
}

// lagKey is what lags are summed up by: what was done, and in whose role it was
// reported.
type lagKey struct {
	kind dealstate.Kind
	role dealstate.Role
}

// Add takes one event, in any order. The error is a *dealstate.FieldError, for an
// event without a kind or an instant, or with one outside the years 1 to 9999. An event whose Recorded is zero was known
// at once, as everywhere.
func (l *Lags) Add(e dealstate.Event) error {
	switch {
	case e.Kind.String() == "":
		return field.Errorf("kind", "missing or unknown")
	case e.At.IsZero():
		return field.Errorf("at", "missing")
	case !inRange(e.At):
		return field.Errorf("at", "year %d is out of range; want 1 to 9999", e.At.UTC().Year())
	case e.Recorded.IsZero():
		e.Recorded = e.At
	case !inRange(e.Recorded):
		return field.Errorf("recorded", "year %d is out of range; want 1 to 9999", e.Recorded.UTC().Year())
	}
	l.sampleOf(lagKey{e.Kind, e.Role}).add(seconds(e.At, knownOn(e)))
	return nil
}

// knownOn is when the event was learned; the day's beginning where only days are known, an
// act as of the beginning of its day and a report as of the end of its own.
func knownOn(e dealstate.Event) time.Time {
	const day = 24 * time.Hour
	if from := e.Recorded.UTC().Truncate(day); e.At.Equal(e.At.UTC().Truncate(day)) && e.Recorded.Equal(from.Add(day-time.Second)) { // as a date alone is read
		return from
	}
	return e.Recorded
}

// sampleOf is the sample of a key, which is made when it is first asked for.
func (l *Lags) sampleOf(t lagKey) *Sample {
	if l.by == nil {
		l.by = map[lagKey]*Sample{}
	}
	if l.by[t] == nil {
		l.by[t] = &Sample{}
	}
	return l.by[t]
}

// Merge takes in another shard's lags. The error is a *MergeError.
func (l *Lags) Merge(o *Lags) error {
	if l == o {
		return selfMerge()
	}
	for t, sample := range o.by {
		l.sampleOf(t).Merge(sample)
	}
	return nil
}

// All goes through the lags by kind and role.
func (l *Lags) All() iter.Seq[Lag] {
	return func(yield func(Lag) bool) {
		for _, t := range l.byKey() {
			if !yield(Lag{Kind: t.kind, Role: t.role, Lag: l.by[t].Dwell()}) {
				return
			}
		}
	}
}

// Of sums up the lags of all reports that the function picks; nil picks all.
func (l *Lags) Of(pick func(dealstate.Kind, dealstate.Role) bool) Dwell {
	var all Sample
	for t, sample := range l.by {
		if pick == nil || pick(t.kind, t.role) {
			all.Merge(sample)
		}
	}
	return all.Dwell()
}

// MarshalJSON writes the encoding "lags" of FORMATS.md, which another worker reads and
// merges. The error is a *[dealstate.FieldError].
func (l Lags) MarshalJSON() ([]byte, error) {
	o := encodingOf("lags")
	o.Must("lags", objects[lagKey]{l.byKey(), func(o *strictjson.Object, k lagKey) {
		o.Must("kind", k.kind)
		if k.role != 0 {
			o.Must("role", k.role)
		}
		o.Must("seconds", l.by[k].list())
	}})
	return o.Done()
}

// UnmarshalJSON reads what MarshalJSON writes. On error, a *[dealstate.FieldError], the fold
// is as it was.
func (l *Lags) UnmarshalJSON(data []byte) error {
	var read Lags
	err := decode("lags", data, strictjson.Slot{Key: "lags", To: func(f strictjson.Field) error { return f.Each(read.readLag) }})
	if err == nil {
		*l = read
	}
	return err
}

func (l *Lags) readLag(f strictjson.Field) error {
	var k lagKey
	var lags Sample
	err := f.Object(
		strictjson.Slot{Key: "kind", To: &k.kind},
		strictjson.Slot{Key: "role", To: &k.role},
		strictjson.Slot{Key: "seconds", To: lags.readSpans(-maxSpan)})
	switch {
	case err != nil:
		return err
	case k.kind == 0:
		return field.Errorf(f.Path+".kind", "missing")
	case l.by[k] != nil:
		return field.Errorf(f.Path, "this kind and role are given twice")
	case lags.N() == 0:
		return field.Errorf(f.Path+".seconds", "none")
	}
	*l.sampleOf(k) = lags
	return nil
}

// byKey gives the kinds and roles in the order of their lists.
func (l *Lags) byKey() []lagKey {
	return slices.SortedFunc(maps.Keys(l.by), func(a, b lagKey) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.role, b.role))
	})
}
