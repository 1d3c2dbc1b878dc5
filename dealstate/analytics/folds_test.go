package analytics_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/dealtest"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// folds are all measures over decisions, with all that can be read from them.
type folds struct {
	spells      analytics.Spells
	transitions analytics.Transitions
	variants    analytics.Variants
	lifetimes   analytics.Lifetimes
	funnel      *analytics.Funnel
	incidents   analytics.Incidents
	conformance analytics.Conformance
	lags        analytics.Lags
	changes     analytics.PolicyChanges
}

func newFolds(t *testing.T) *folds {
	t.Helper()
	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	funnel, err := analytics.NewFunnel(analytics.StandardStages(m.Lifecycle())...)
	require.NoError(t, err)
	return &folds{funnel: funnel}
}

func (f *folds) add(t *testing.T, decisions []dealstate.Decision) {
	t.Helper()
	for _, d := range decisions {
		for _, add := range []func(dealstate.Decision) error{f.spells.Add, f.transitions.Add, f.variants.Add, f.lifetimes.Add, f.funnel.Add, f.incidents.Add, f.conformance.Add} {
			require.NoError(t, add(d))
		}
	}
}

func (f *folds) addDeals(t *testing.T, deals []*dealstate.Deal) {
	t.Helper()
	f.add(t, mixed(deals))
	for _, d := range deals {
		for e := range d.Events() {
			require.NoError(t, f.lags.Add(e))
		}
		require.NoError(t, f.changes.Add(d.At(dealstate.View{Policy: dealstate.Strict}), d.At(dealstate.View{Policy: dealstate.Reported})))
	}
}

func (f *folds) merge(t *testing.T, o *folds) {
	t.Helper()
	require.NoError(t, f.spells.Merge(&o.spells))
	require.NoError(t, f.transitions.Merge(&o.transitions))
	require.NoError(t, f.variants.Merge(&o.variants))
	require.NoError(t, f.lifetimes.Merge(&o.lifetimes))
	require.NoError(t, f.funnel.Merge(o.funnel))
	require.NoError(t, f.incidents.Merge(&o.incidents))
	require.NoError(t, f.conformance.Merge(&o.conformance))
	require.NoError(t, f.lags.Merge(&o.lags))
	require.NoError(t, f.changes.Merge(&o.changes))
}

// text is every table, in both formats.
func (f *folds) text(t *testing.T, until time.Time) string {
	t.Helper()
	var b bytes.Buffer
	_, _, whole := f.conformance.Whole()
	for _, err := range []error{
		table(&b, f.spells.All(until)), table(&b, f.transitions.All()), table(&b, f.variants.All()),
		table(&b, slices.Values(f.lifetimes.Observe(until))), table(&b, f.funnel.All()), table(&b, f.incidents.All()),
		table(&b, f.incidents.Counts()), table(&b, f.conformance.Deviations()), table(&b, f.conformance.Deals()),
		table(&b, f.conformance.Hotspots()), table(&b, f.lags.All()), table(&b, f.changes.All()),
		table(&b, slices.Values([]analytics.DealFitness{{Tokens: whole}})),
	} {
		require.NoError(t, err)
	}
	return b.String()
}

func table[R analytics.Row](b *bytes.Buffer, rows func(func(R) bool)) error {
	if err := analytics.WriteCSV(b, rows); err != nil {
		return err
	}
	return analytics.WriteJSONLines(b, rows)
}

func TestMergedShardsAreTheWhole(t *testing.T) {
	t.Parallel()
	for _, style := range dealtest.Styles() {
		all := deals(t, style, 12, 25)
		whole := newFolds(t)
		whole.addDeals(t, all)
		for _, shards := range []int{2, 5} {
			parts := make([]*folds, shards)
			for i := range parts {
				parts[i] = newFolds(t)
				var mine []*dealstate.Deal
				for j, d := range all {
					if j*7%shards == i {
						mine = append(mine, d)
					}
				}
				parts[i].addDeals(t, mine)
			}
			merged := newFolds(t)
			for _, i := range order(shards) {
				merged.merge(t, parts[i])
			}
			for _, until := range []time.Time{{}, at("2025-07-01T12:00:00Z")} {
				require.Equal(t, whole.text(t, until), merged.text(t, until), style)
			}
		}
	}
}

// order is neither ascending nor descending.
func order(n int) []int {
	var out []int
	for i := range n {
		out = append(out, (i*2+1)%n)
	}
	if n%2 == 0 {
		return []int{1, 0}
	}
	return out
}

func TestMergingLeavesTheOtherFoldAlone(t *testing.T) {
	t.Parallel()
	all := deals(t, dealtest.Dirty, 4, 15)
	a, b := newFolds(t), newFolds(t)
	a.addDeals(t, all[:6])
	b.addDeals(t, all[6:11])
	before := b.text(t, time.Time{})
	a.merge(t, b)
	a.addDeals(t, all[11:])
	require.Equal(t, before, b.text(t, time.Time{}))

	// both hold the same deals now
	text := a.text(t, time.Time{})
	var merge *analytics.MergeError
	require.ErrorAs(t, a.spells.Merge(&b.spells), &merge)
	require.NotEmpty(t, merge.Deal)
	require.ErrorAs(t, a.variants.Merge(&b.variants), &merge)
	require.ErrorAs(t, a.transitions.Merge(&b.transitions), &merge)
	require.ErrorAs(t, a.lifetimes.Merge(&b.lifetimes), &merge)
	require.ErrorAs(t, a.funnel.Merge(b.funnel), &merge)
	require.ErrorAs(t, a.incidents.Merge(&b.incidents), &merge)
	require.ErrorAs(t, a.conformance.Merge(&b.conformance), &merge)
	require.ErrorAs(t, a.spells.Merge(&a.spells), &merge)
	require.ErrorAs(t, a.lags.Merge(&a.lags), &merge)
	require.ErrorAs(t, a.changes.Merge(&a.changes), &merge)
	require.ErrorAs(t, a.lifetimes.Merge(&analytics.Lifetimes{Target: "approved"}), &merge)
	require.Equal(t, text, a.text(t, time.Time{}), "a refused merge changes nothing")
}

func TestADecisionOutOfOrderIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	all := slices.Collect(london(t, dealstate.Reported).Decisions())
	f := newFolds(t)
	f.add(t, all)
	before := f.text(t, time.Time{})
	late := all[len(all)-1]
	late.At = late.At.Add(-365 * 24 * time.Hour)
	skipped := all[len(all)-1]
	skipped.From = "elsewhere"
	for field, bad := range map[string]dealstate.Decision{
		"at": late, "from": skipped, "deal": {}, "outcome": {Deal: "d", At: late.At, From: "a", To: "a"},
	} {
		for _, add := range []func(dealstate.Decision) error{f.spells.Add, f.transitions.Add, f.variants.Add, f.lifetimes.Add, f.funnel.Add, f.incidents.Add, f.conformance.Add} {
			var wrong *analytics.DecisionError
			require.ErrorAs(t, add(bad), &wrong)
			require.Equal(t, field, wrong.Field)
		}
	}
	for _, d := range all {
		require.NoError(t, f.spells.Add(d.Repeated()), "a duplicate may come at any time")
	}
	require.Equal(t, before, f.text(t, time.Time{}))
}

// A spell says where the deal was at every instant; so must the deal.
func TestSpellsSayWhereTheDealWas(t *testing.T) {
	t.Parallel()
	for _, style := range dealtest.Styles() {
		for _, d := range deals(t, style, 10, 25) {
			var spells analytics.Spells
			decisions := slices.Collect(d.Decisions())
			for _, dec := range decisions {
				require.NoError(t, spells.Add(dec))
			}
			var last analytics.Spell
			for s := range spells.All(time.Time{}) {
				require.GreaterOrEqual(t, s.Seconds, 0.0)
				if last.Next != "" {
					require.Equal(t, last.Next, s.State)
					require.Equal(t, last.To, s.From, "no gap and no overlap")
				}
				if last = s; s.Seconds > 0 {
					require.Equal(t, s.State, d.At(dealstate.View{AsOf: s.From}).State)
					require.Equal(t, s.State, d.At(dealstate.View{AsOf: s.To.Add(-time.Nanosecond)}).State)
				}
			}
			if last.Deal != "" {
				require.True(t, last.Censored)
				require.Equal(t, decisions[len(decisions)-1].To, last.State)
			}
		}
	}
}

func TestObservationCutsSpells(t *testing.T) {
	t.Parallel()
	var spells analytics.Spells
	for d := range london(t, dealstate.Reported).Decisions() {
		require.NoError(t, spells.Add(d))
	}
	whole := slices.Collect(spells.All(time.Time{}))
	cut := slices.Collect(spells.All(whole[1].From.Add(time.Minute)))
	require.Len(t, cut, 2)
	require.Equal(t, whole[0], cut[0])
	require.True(t, cut[1].Censored)
	require.Empty(t, cut[1].Next)
	require.Equal(t, 60.0, cut[1].Seconds)
	require.Empty(t, slices.Collect(spells.All(whole[0].From.Add(-1))))
}

// Whom the waits await at an instant is whom the snapshot awaits there.
func TestWaitsSayWhomTheDealAwaited(t *testing.T) {
	t.Parallel()
	for _, style := range dealtest.Styles() {
		for _, d := range deals(t, style, 15, 25) {
			waits := analytics.NewWaits(d.Machine())
			decisions := slices.Collect(d.Decisions())
			for _, dec := range decisions {
				require.NoError(t, waits.Add(dec))
			}
			var all []analytics.Wait
			for w := range waits.All(time.Time{}) {
				all = append(all, w)
			}
			first := slices.IndexFunc(decisions, func(d dealstate.Decision) bool {
				return d.Outcome == dealstate.Applied && d.Kind != dealstate.Retract && d.Kind != dealstate.Note
			})
			if first < 0 {
				require.Empty(t, all)
				continue
			}
			for _, dec := range decisions[first:] {
				awaited := []string{}
				for _, w := range all {
					if !dec.At.Before(w.From) && (dec.At.Before(w.To) || w.Censored) {
						awaited = append(awaited, w.Party)
					}
				}
				s := d.At(dealstate.View{AsOf: dec.At})
				if s.State == dealstate.StateProvisional && s.Approval.Verdict != condition.Pending {
					continue // see Waits: a rejection does not end the wait of the others there
				}
				require.Equal(t, s.Awaiting, awaited, "%s %s", style, dec)
			}
		}
	}
}

func TestMergedWaitsAreTheWhole(t *testing.T) {
	t.Parallel()
	var all []*dealstate.Deal
	for seed := range 12 {
		a := many()
		a.ID += string(rune('a' + seed))
		all = append(all, generated(t, a, dealtest.Dirty, uint64(seed), 20))
	}
	fold := func(deals []*dealstate.Deal) *analytics.Waits {
		w := analytics.NewWaits(all[0].Machine())
		for _, d := range mixed(deals) {
			require.NoError(t, w.Add(d))
		}
		return w
	}
	whole, a, b := fold(all), fold(all[:5]), fold(all[5:])
	require.NoError(t, b.Merge(a))
	var want, got bytes.Buffer
	require.NoError(t, table(&want, whole.All(time.Time{})))
	require.NoError(t, table(&want, whole.ByParty(time.Time{})))
	require.NoError(t, table(&got, b.All(time.Time{})))
	require.NoError(t, table(&got, b.ByParty(time.Time{})))
	require.Equal(t, want.String(), got.String())
	require.Len(t, whole.Lifetimes("a", time.Time{}), slices.Collect(whole.ByParty(time.Time{}))[0].Waits)

	m, err := dealstate.Compile(uschina.London())
	require.NoError(t, err)
	require.EqualError(t, b.Merge(analytics.NewWaits(m)), "merge: the agreements ask other parties")
}

func TestProbabilitiesOutOfAStateAddUpToOne(t *testing.T) {
	t.Parallel()
	f := newFolds(t)
	f.addDeals(t, deals(t, dealtest.Dirty, 15, 25))
	sums, moves := map[dealstate.State]float64{}, 0
	for row := range f.transitions.All() {
		sums[row.From] += row.Probability
		moves += row.Count
		require.LessOrEqual(t, row.Dwell.N, row.Count)
	}
	for state, sum := range sums {
		require.InDelta(t, 1, sum, 1e-9, state)
	}
	ended, open, staying := 0, 0, 0
	for s := range f.spells.All(time.Time{}) {
		if s.Censored {
			open++
		} else {
			ended++
		}
	}
	for _, s := range []dealstate.State{"negotiated", "awaiting_approvals", "awaiting_trump_approval", "awaiting_xi_approval", "approved", "provisional",
		"implemented", "rejected", "lapsed", "suspended", "expired", "terminated"} {
		staying += f.transitions.Staying(s)
	}
	require.Equal(t, ended, moves)
	require.Equal(t, open, staying)
}

func TestVariantsCountEveryDealOnce(t *testing.T) {
	t.Parallel()
	f := newFolds(t)
	all := deals(t, dealtest.Dirty, 15, 25)
	f.addDeals(t, all)
	total, share := 0, 0.0
	last := len(all) + 1
	for v := range f.variants.All() {
		require.LessOrEqual(t, v.Deals, last)
		last = v.Deals
		total += v.Deals
		share += v.Share
		require.NotEmpty(t, v.Example)
	}
	begun := 0
	for range f.lifetimes.Observe(time.Time{}) {
		begun++
	}
	require.Equal(t, begun, total)
	require.InDelta(t, 1, share, 1e-9)
}

func TestAFunnelNeverWidens(t *testing.T) {
	t.Parallel()
	f := newFolds(t)
	f.addDeals(t, deals(t, dealtest.Valid, 15, 25))
	last := 1 << 30
	for s := range f.funnel.All() {
		require.LessOrEqual(t, s.Deals, last)
		last = s.Deals
	}
	require.Positive(t, last, "some deals are implemented")
	_, err := analytics.NewFunnel()
	require.EqualError(t, err, "stages: none; want at least one")
	_, err = analytics.NewFunnel(analytics.Stage{Name: "a", States: []dealstate.State{"x"}}, analytics.Stage{Name: "b", States: []dealstate.State{"x"}})
	require.EqualError(t, err, `stages[1].states: "x" is in stage "a" already`)
}

func TestLifetimesAreCensoredWhereObservationEnds(t *testing.T) {
	t.Parallel()
	var l analytics.Lifetimes
	for d := range london(t, dealstate.Reported).Decisions() {
		require.NoError(t, l.Add(d))
	}
	whole := l.Observe(time.Time{})
	require.Len(t, whole, 1)
	require.True(t, whole[0].Reached)
	early := l.Observe(at("2025-06-20T00:00:00Z"))
	require.Len(t, early, 1)
	require.False(t, early[0].Reached)
	require.Less(t, early[0].Time, whole[0].Time)
	require.Empty(t, l.Observe(at("2025-01-01T00:00:00Z")))
}

func TestLagsTakeEveryReport(t *testing.T) {
	t.Parallel()
	var l analytics.Lags
	n := 0
	for e := range london(t, dealstate.Strict).Events() {
		require.NoError(t, l.Add(e))
		n++
	}
	require.Equal(t, n, l.Of(nil).N)
	sum := 0
	for row := range l.All() {
		sum += row.Lag.N
	}
	require.Equal(t, n, sum)
	var field *dealstate.FieldError
	require.ErrorAs(t, l.Add(dealstate.Event{Kind: dealstate.Approve}), &field)
	require.Equal(t, "at", field.Field)
	require.ErrorAs(t, l.Add(dealstate.Event{}), &field)
	require.Equal(t, "kind", field.Field)
	var zero analytics.Lags
	require.NoError(t, zero.Add(dealstate.Event{Kind: dealstate.Approve, At: at("2025-06-01T00:00:00Z")}))
	require.Zero(t, zero.Of(nil).Max, "known at once")
}

func TestPolicyChangesCompareLikeWithLike(t *testing.T) {
	t.Parallel()
	d := london(t, dealstate.Strict)
	strict, reported := d.At(dealstate.View{Policy: dealstate.Strict}), d.At(dealstate.View{Policy: dealstate.Reported})
	var p analytics.PolicyChanges
	require.NoError(t, p.Add(strict, reported))
	compared, changed := p.Compared("strict", "reported")
	require.Equal(t, []int{1, 1}, []int{compared, changed})
	other, later, known := reported, reported, reported
	other.Deal, later.AsOf, known.KnownBy = "x", later.AsOf.Add(1), known.AsOf
	for field, bad := range map[string]dealstate.Snapshot{"deal": other, "as_of": later, "known_by": known, "policy": strict} {
		var wrong *dealstate.FieldError
		require.ErrorAs(t, p.Add(strict, bad), &wrong)
		require.Equal(t, field, wrong.Field)
	}
	compared, _ = p.Compared("strict", "reported")
	require.Equal(t, 1, compared)
}
