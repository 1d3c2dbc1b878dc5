package simulate

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
)

// Target is a question that a life answers with yes or no: has the deal reached the
// state by the instant?
type Target struct {
	State dealstate.State
	By    time.Time
}

func (t Target) String() string {
	return display.Inert(fmt.Sprintf("%s by %s", t.State, instantText(t.By)))
}

// Influence says how much a chance changes with one parameter of a model.
type Influence struct {
	Parameter string  // "parties[1].wait", or "parties[0].choice.reject"
	Less      float64 // the chance with the parameter lowered by the step
	More      float64 // and raised by it
	// Change is More - Less, and Low to High its confidence interval, from lives
	// that share their random draws.
	Change    float64
	Low, High float64
}

// Sensitivity lowers and raises each parameter of the model in turn by the
// step, a share between 0 and 1 such as 0.1, and says what that does to the
// target; the strongest influence comes first. A wait is made shorter or longer
// as a whole. A probability is multiplied, and the others of its choice give way in
// proportion. Both sides run on the same random draws (Glasserman and Yao,
// "Some guidelines and guarantees for common random numbers", Management Science
// 38, 1992), so small effects show in few lives. The cost is that of two runs a
// parameter; errors are those of [Run].
func Sensitivity(ctx context.Context, s Start, m Model, o Options, t Target, step float64) ([]Influence, error) {
	if !(step > 0 && step < 1) {
		return nil, field.Errorf("step", "%g is out of range; want more than 0 and less than 1", step)
	}
	if s.machine != nil && !slices.Contains(s.machine.Lifecycle().States, t.State) {
		return nil, field.Errorf("target.state", "%q is not a state of this deal%s", t.State, nearest.Hint(string(t.State), stateNames(s)))
	}
	base, err := newPlan(s, m, o)
	if err != nil {
		return nil, err
	}
	var out []Influence
	for _, p := range m.parameters() {
		influence, err := p.influence(ctx, s, m, base.options, t, step)
		if err != nil {
			return nil, err
		}
		out = append(out, influence)
	}
	slices.SortStableFunc(out, func(a, b Influence) int { return cmp.Compare(math.Abs(b.Change), math.Abs(a.Change)) })
	return out, nil
}

// influence simulates with the parameter lowered by the step, and raised by it.
func (p parameter) influence(ctx context.Context, s Start, m Model, o Options, t Target, step float64) (Influence, error) {
	less, err := targetHits(ctx, s, p.scaledModel(m, 1-step), o, t)
	if err != nil {
		return Influence{}, err
	}
	more, err := targetHits(ctx, s, p.scaledModel(m, 1+step), o, t)
	if err != nil {
		return Influence{}, err
	}
	return compare(p.name, less, more, o), nil
}

// stateNames lists the states of the start's lifecycle as text.
func stateNames(s Start) []string {
	var names []string
	for _, state := range s.machine.Lifecycle().States {
		names = append(names, string(state))
	}
	return names
}

// targetHits gives one bit a life: whether the life reaches the target.
func targetHits(ctx context.Context, s Start, m Model, o Options, t Target) ([]uint64, error) {
	o.Progress, o.Dates = nil, nil
	p, err := newPlan(s, m, o)
	if err != nil {
		return nil, err
	}
	hits := make([]uint64, (p.options.Lives+63)/64)
	state, by := p.index(t.State), p.timescale.of(t.By)
	_, err = p.simulate(ctx, func(number int, l *life) {
		if l.reached[state] <= by {
			hits[number/64] |= 1 << (number % 64)
		}
	})
	return hits, err
}

// compare pairs the lives of the two runs. Only the lives that differ tell anything
// about the change.
func compare(name string, less, more []uint64, o Options) Influence {
	var low, high, gained, lost float64
	for i := range less {
		low += float64(bits.OnesCount64(less[i]))
		high += float64(bits.OnesCount64(more[i]))
		gained += float64(bits.OnesCount64(more[i] &^ less[i]))
		lost += float64(bits.OnesCount64(less[i] &^ more[i]))
	}
	n := float64(o.Lives)
	change := (gained - lost) / n
	half := twoSided(o.Level) * math.Sqrt(max(0, (gained+lost)/n-change*change)/n)
	return Influence{Parameter: name, Less: low / n, More: high / n, Change: change, Low: change - half, High: change + half}
}

// parameter is one number of a model that can be scaled.
type parameter struct {
	name  string
	party int // -1: the model's own
	act   int // the model's own: an act of its list, or -1 for Implement
	scale func(*Party, float64)
}

// scaledModel is a copy of the model with this parameter multiplied by f.
func (p parameter) scaledModel(m Model, f float64) Model {
	m.Parties, m.Acts = slices.Clone(m.Parties), slices.Clone(m.Acts)
	switch {
	case p.party >= 0:
		p.scale(&m.Parties[p.party], f)
	case p.act >= 0:
		m.Acts[p.act].Wait = m.Acts[p.act].Wait.Stretched(f)
	default:
		m.Implement = m.Implement.Stretched(f)
	}
	return m
}

// parameters lists the numbers that matter to the result, in the order of the model.
func (m Model) parameters() []parameter {
	var all []parameter
	for i, p := range m.Parties {
		add := func(name string, scale func(*Party, float64)) {
			all = append(all, parameter{name: fmt.Sprintf("parties[%d].%s", i, name), party: i, scale: scale})
		}
		add("wait", func(p *Party, f float64) { p.Wait = p.Wait.Stretched(f) })
		if p.Wait.family == weibull || p.Wait.family == logNormal {
			add("wait.shape", func(p *Party, f float64) { p.Wait.shape *= f })
		}
		for c, share := range p.Choice.list() {
			if share > 0 && share < 1 {
				add("choice."+choiceWords[c], func(p *Party, f float64) { p.Choice = p.Choice.scaled(c, f) })
			}
		}
		if orOne(p.Haste) != 1 {
			add("haste", func(p *Party, f float64) { p.Haste *= f })
		}
		if orOne(p.Pressure.Factor) != 1 {
			add("pressure.factor", func(p *Party, f float64) { p.Pressure.Factor *= f })
			add("pressure.within", func(p *Party, f float64) { p.Pressure.Within = stretched(p.Pressure.Within, f) })
		}
	}
	if !m.Implement.IsZero() {
		all = append(all, parameter{name: "implement", party: -1, act: -1})
	}
	for i := range m.Acts {
		all = append(all, parameter{name: fmt.Sprintf("acts[%d].wait", i), party: -1, act: i})
	}
	return all
}

// stretched is the duration times f, but no longer than a time.Duration can be.
func stretched(d time.Duration, f float64) time.Duration {
	if long := f * float64(d); long < math.MaxInt64 {
		return time.Duration(long)
	}
	return math.MaxInt64
}

// scaled multiplies one probability, to at most 1, and divides the rest among the
// others in their old proportions.
func (c Choice) scaled(which int, f float64) Choice {
	p := c.list()
	was := p[which]
	now := min(1, was*f)
	for i := range p {
		p[i] *= (1 - now) / (1 - was)
	}
	p[which] = now
	return Choice{Approve: p[0], Reject: p[1], Amend: p[2], Lapse: p[3]}
}
