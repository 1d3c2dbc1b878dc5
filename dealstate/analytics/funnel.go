package analytics

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// Stage is one stage of a funnel: a name, and the states that belong to it.
type Stage struct {
	Name   string
	States []dealstate.State
}

// StandardStages are negotiated, awaiting, approved and implemented, for a
// lifecycle that has those states; awaiting is every state named so.
func StandardStages(l dealstate.Lifecycle) []Stage {
	awaiting := Stage{Name: "awaiting"}
	for _, s := range l.States {
		if strings.HasPrefix(string(s), "awaiting_") {
			awaiting.States = append(awaiting.States, s)
		}
	}
	one := func(s dealstate.State) Stage { return Stage{Name: string(s), States: []dealstate.State{s}} }
	return []Stage{one(l.Initial), awaiting, one(dealstate.StateApproved), one(dealstate.StateImplemented)}
}

// Funnel counts how far deals came. A deal that reached a stage has passed all stages
// before it, whether it stopped there or not.
type Funnel struct {
	stages []Stage
	at     map[dealstate.State]int // the stage, counted from 1
	f      follower[int]           // the furthest stage
}

// NewFunnel counts over the stages, in that order. The error is a
// *dealstate.FieldError, where there is no stage, or a state is in two.
func NewFunnel(stages ...Stage) (*Funnel, error) {
	f := &Funnel{at: map[dealstate.State]int{}}
	for i, stage := range stages {
		for _, s := range stage.States {
			if f.at[s] > 0 {
				return nil, field.Errorf(fmt.Sprintf("stages[%d].states", i), "%q is in stage %q already", field.Clip(string(s)), field.Clip(stages[f.at[s]-1].Name))
			}
			f.at[s] = i + 1
		}
		stage.States = slices.Clone(stage.States)
		f.stages = append(f.stages, stage)
	}
	if len(stages) == 0 {
		return nil, noStages()
	}
	return f, nil
}

func noStages() error { return field.Errorf("stages", "none; want at least one") }

// Add takes the next decision. The error is a *DecisionError.
func (f *Funnel) Add(d dealstate.Decision) error {
	st, err := f.f.follow(d)
	if st.acts {
		st.deal.own = max(st.deal.own, f.at[d.From], f.at[d.To])
	}
	return err
}

// Merge takes in another shard's deals, over the same stages. The error is a
// *MergeError.
func (f *Funnel) Merge(o *Funnel) error {
	if !slices.EqualFunc(f.stages, o.stages, func(a, b Stage) bool { return a.Name == b.Name && slices.Equal(a.States, b.States) }) {
		return &MergeError{Problem: "the stages differ"}
	}
	return f.f.merge(&o.f, same)
}

// FunnelStage is how many deals came to a stage.
type FunnelStage struct {
	Stage string  `json:"stage"`
	Deals int     `json:"deals"`
	Share float64 `json:"share"` // of all deals that began; 0 where none did
	// Passed is the share of the stage before that came on to this one; for the first
	// stage, Share.
	Passed float64 `json:"passed"`
}

// Columns names the cells.
func (FunnelStage) Columns() []string { return []string{"stage", "deals", "share", "passed"} }

// Cells gives the row.
func (s FunnelStage) Cells() []string {
	return []string{s.Stage, strconv.Itoa(s.Deals), number(s.Share), number(s.Passed)}
}

// All goes through the stages in their order.
func (f *Funnel) All() iter.Seq[FunnelStage] {
	rows, deals := make([]FunnelStage, len(f.stages)), 0
	for _, c := range f.f.begun() {
		deals++
		for i := range c.own {
			rows[i].Deals++
		}
	}
	before := deals
	for i := range rows {
		rows[i].Stage, rows[i].Share, rows[i].Passed = f.stages[i].Name, share(rows[i].Deals, deals), share(rows[i].Deals, before)
		before = rows[i].Deals
	}
	return slices.Values(rows)
}

// share is n of so many; 0 of none.
func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// MarshalJSON writes the encoding "funnel" of FORMATS.md, which another worker reads and
// merges. The error is a *[dealstate.FieldError], of a text that JSON cannot carry, or of a
// zero Funnel, which has no stages.
func (f Funnel) MarshalJSON() ([]byte, error) {
	if len(f.stages) == 0 {
		return nil, noStages()
	}
	o := encodingOf("funnel")
	o.Must("stages", objects[Stage]{f.stages, func(o *strictjson.Object, s Stage) {
		o.Must("stage", s.Name)
		o.Must("states", stateList(s.States))
	}})
	return f.f.encode(o, func(o *strictjson.Object, _ string, stage int) { o.Integer("stage", int64(stage)) })
}

// UnmarshalJSON reads what MarshalJSON writes, into a zero Funnel or any other. On error, a
// *[dealstate.FieldError], the fold is as it was.
func (f *Funnel) UnmarshalJSON(data []byte) error {
	var stages []Stage
	deals, err := decodeWithDeals("funnel", data, strictjson.Slot{Key: "stages", To: eachOf(&stages, (*Stage).read)})
	if err != nil {
		return err
	}
	read, err := NewFunnel(stages...)
	if err != nil {
		return err
	}
	err = read.f.decode(deals, func(c *dealState[int]) ([]strictjson.Slot, func(path, deal string) error) {
		return []strictjson.Slot{{Key: "stage", To: &c.own}}, func(path, _ string) error {
			if c.own < 0 || c.own > len(stages) || c.own > 0 && c.begun.IsZero() {
				return field.Errorf(path+".stage", "%d; want at most %d, of a deal that has begun", c.own, len(stages))
			}
			return nil
		}
	})
	if err == nil {
		*f = *read
	}
	return err
}

func (s *Stage) read(f strictjson.Field) error {
	return f.Object(strictjson.Slot{Key: "stage", To: &s.Name}, strictjson.Slot{Key: "states", To: eachOf(&s.States, strictjson.ReadText[dealstate.State])})
}
