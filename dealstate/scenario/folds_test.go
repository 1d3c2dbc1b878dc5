package scenario_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// slowRun says what holds after each step as one fold of the log a question says it.
type slowRun struct {
	deal        *dealstate.Deal
	before, now time.Time
	event       string
	stood       dealstate.Snapshot
	past        []dealstate.Decision
}

func (r *slowRun) step(t *testing.T, e dealstate.Event, passes bool) {
	t.Helper()
	r.before = r.now
	r.stood, r.past = r.deal.Replay(dealstate.View{AsOf: r.now})
	if r.event = ""; e.At.After(r.now) {
		r.now = e.At
	}
	if passes {
		return
	}
	_, err := r.deal.Record(e)
	require.NoError(t, err)
	if r.event = e.ID; e.Recorded.After(r.now) {
		r.now = e.Recorded
	}
}

func (r *slowRun) fired() (names []string) {
	_, decisions := r.deal.Replay(dealstate.View{AsOf: r.now})
	for _, d := range decisions {
		if d.Event == "" && d.At.After(r.before) && !d.At.After(r.now) {
			names = append(names, d.Fired().String())
		}
	}
	return names
}

func (r *slowRun) revised() []string {
	if r.before.IsZero() {
		return nil
	}
	_, now := r.deal.Replay(dealstate.View{AsOf: r.before})
	return scenario.Changed(r.past, now)
}

// holds is what the lines of the step say that hold.
func (r *slowRun) holds() []string {
	says := []string{listed("fires", r.fired()), listed("revised", r.revised())}
	snap := r.deal.At(dealstate.View{AsOf: r.now})
	if len(r.fired()) == 0 && scenario.SameStanding(r.stood, snap) {
		says = append(says, "nothing happens")
	}
	for _, p := range dealstate.Policies() {
		snap, decisions := r.deal.Replay(dealstate.View{AsOf: r.now, Policy: p})
		says = append(says, "state "+string(snap.State)+" under "+p.Name)
		for _, d := range decisions {
			if d.Event == r.event && r.event != "" {
				says = append(says, d.Outcome.String()+" under "+p.Name)
			}
		}
	}
	return says
}

func listed(verb string, names []string) string {
	if len(names) == 0 {
		return verb + " nothing"
	}
	return verb + " " + strings.Join(names, ", ")
}

// Random logs in the order of the dates, so that deals are asked from where they stand, and
// in none, so that they are folded; with time that passes, retracts, and acts told twice.
func TestARunFindsWhatAFoldAQuestionFinds(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 5))
	for i, a := range slices.Concat(dirtylog.Standard, dirtylog.Intricate) {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		for n := range proof.Times(4, 2) {
			events := dirtylog.Log(rng, a, a.ID, 10, dirtylog.Kinds)
			if n%2 == 0 {
				slices.SortFunc(events, dealstate.Event.Compare)
			}
			own := dealstate.Policies()[(i+n)%3]
			slow := &slowRun{deal: m.NewDeal(own)}
			s := scenario.Scenario{Policy: own}
			want := map[int][]string{}
			for _, e := range append(events, events[rng.IntN(5)]) {
				if rng.IntN(3) == 0 {
					s.Steps = append(s.Steps, scenario.Step{At: dirtylog.OnDay(rng.IntN(30))})
				}
				at := e.At
				e.At, e.Deal = time.Time{}, ""
				s.Steps = append(s.Steps, scenario.Step{At: at, Act: e})
			}
			for j := range s.Steps {
				step := &s.Steps[j]
				e := step.Act
				e.At, e.Deal = step.At, a.ID
				slow.step(t, e, step.Passes())
				step.Expect = impossible(j+1, !step.Passes())
				want[j+1] = slow.holds()
			}
			got, err := scenario.Run(s, a)
			require.NoError(t, err)
			found := map[int][]string{}
			for j := range s.Steps {
				found[j+1] = []string{}
			}
			for _, f := range got.Failures {
				if f.Want.Verb == scenario.NothingHappens {
					continue
				}
				found[f.Line] = append(found[f.Line], strings.Split(f.Got.String(), ":")[0])
			}
			for j, step := range s.Steps {
				failed := slices.ContainsFunc(got.Failures, func(f scenario.Failure) bool { return f.Line == j+1 && f.Want.Verb == scenario.NothingHappens })
				if !failed {
					found[j+1] = append(found[j+1], "nothing happens")
				}
				require.ElementsMatch(t, want[j+1], found[j+1], "%s, step %d of\n%s", a.ID, j, scenario.Scenario{Agreement: s.Agreement, Policy: own, Steps: s.Steps[:j+1]})
				_ = step
			}
		}
	}
}

// impossible are expectations none of which can hold, but for that nothing happens.
func impossible(line int, act bool) []scenario.Expectation {
	all := []scenario.Expectation{{Verb: scenario.Fires, Names: []string{"nothing-like-it"}}, {Verb: scenario.Revised, Names: []string{"nothing-like-it"}}, {Verb: scenario.NothingHappens}}
	for _, p := range dealstate.Policies() {
		all = append(all, scenario.Expectation{Verb: scenario.State, Names: []string{"nowhere"}, View: dealstate.View{Policy: p}})
		if act {
			all = append(all, scenario.Expectation{Verb: scenario.Applied, Text: "for no reason at all", View: dealstate.View{Policy: p}})
		}
	}
	for i := range all {
		all[i].Line = line
	}
	return all
}

// Ten times the lines take ten times the memory, failures included: nothing is folded anew
// for a line. Acts of many parties do not go through the parties.
func TestTheCostOfARunIsLinear(t *testing.T) {
	perLine := func(build func(n int) (scenario.Scenario, dealstate.Agreement), n int) float64 {
		s, a := build(n)
		return testing.AllocsPerRun(1, func() {
			_, err := scenario.Run(s, a)
			require.NoError(t, err)
		}) / float64(n)
	}
	for name, build := range map[string]func(n int) (scenario.Scenario, dealstate.Agreement){
		"of days": func(n int) (scenario.Scenario, dealstate.Agreement) { return daily(n), uschina.London() },
		"that fails": func(n int) (scenario.Scenario, dealstate.Agreement) {
			s := daily(n)
			for i := range s.Steps {
				s.Steps[i].Expect[0] = scenario.Expectation{Verb: scenario.State, Names: []string{"nowhere"}}
			}
			return s, uschina.London()
		},
		"of many parties": func(n int) (scenario.Scenario, dealstate.Agreement) {
			a, s := dealstate.Agreement{ID: "many"}, scenario.Scenario{}
			for i := range n {
				p := dealstate.Party{ID: fmt.Sprint("p", i), Approver: fmt.Sprint("Minister ", i), Aliases: []string{fmt.Sprint("Her Excellency ", i)}}
				a.Parties = append(a.Parties, p)
				s.Steps = append(s.Steps, scenario.Step{At: dirtylog.OnDay(i), Act: dealstate.Event{Kind: dealstate.Approve, Party: p.ID, By: p.Aliases[0]}, Expect: []scenario.Expectation{{Verb: scenario.Applied}}})
			}
			return s, a
		},
	} {
		few, many := perLine(build, 400), perLine(build, 4000)
		require.Less(t, many, 1.5*few, name)
	}
}
