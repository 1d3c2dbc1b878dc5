package simulate

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
)

// Model says how each party behaves. A party that is left out never acts. It is plain
// data; a run reads it once, when it begins.
type Model struct {
	Parties []Party
	// Implement is the time from the approval condition being met to the
	// implement event. Zero: nobody implements, which is right for an agreement
	// with an effect clock.
	Implement Distribution
	// Acts are what happens besides. What is not listed here never does: nobody signs,
	// gives notice or breaks a commitment.
	Acts []Act
}

// Act is something that one party, or all jointly, do once its wait is over. What
// the rules then refuse is not done.
type Act struct {
	// Kind is sign or apply, of which the wait runs from when the text is put to the
	// parties, and anew after each amendment; or withdraw, terminate, perform or
	// breach, of which it runs from entry into force, as long as the deal is in force. A
	// withdrawal then is a notice. After a performance the breach of that commitment
	// waits anew, and after a breach its performance, which cures it.
	Kind       dealstate.Kind
	Party      string // "": all jointly; of a perform or breach, the commitment's
	Commitment string // of a perform or breach
	Wait       Distribution
}

// Party is how one party behaves towards each text that is put to it.
type Party struct {
	Party string // its id in the agreement
	// Wait runs from when the text is put to the party to its decision: from the
	// start, and anew after each amendment.
	Wait   Distribution
	Choice Choice // what it then does; zero: it approves
	// After names another party: this one's time begins only once that one has
	// approved. "": at once.
	After string
	// Haste multiplies this party's hazard while the approval of another party
	// stands: above 1 it hurries after the others, below 1 it holds back. 0 means 1.
	Haste    float64
	Pressure Pressure
}

// Choice holds the probabilities of what a party does when its wait is over.
// They add up to 1; the zero Choice approves for certain.
type Choice struct {
	Approve float64
	Reject  float64
	Amend   float64 // demands a change: the text gets a new revision, and every wait begins anew; less than 1 after a wait that takes no time
	Lapse   float64 // never decides on this text
}

// Pressure is what the deadline does to a party: within the last span before it, the
// party's hazard is Factor times as high. A zero Factor means 1.
type Pressure struct {
	Within time.Duration
	Factor float64
}

// list gives the probabilities in the order of choiceWords.
func (c Choice) list() [4]float64 {
	if c == (Choice{}) {
		return [4]float64{1, 0, 0, 0}
	}
	return [4]float64{c.Approve, c.Reject, c.Amend, c.Lapse}
}

// Validate reports the first thing wrong with the model for that machine, as a
// *dealstate.FieldError naming the field ("parties[1].choice.reject").
func (m Model) Validate(machine *dealstate.Machine) error {
	ids := partyIDs(machine)
	for i, p := range m.Parties {
		at := fmt.Sprintf("parties[%d]", i)
		if !slices.Contains(ids, p.Party) {
			return field.Errorf(at+".party", "%q is not a party of %s; want one of %v%s", p.Party, machine.Agreement().ID, ids, nearest.Hint(p.Party, ids))
		}
		if slices.ContainsFunc(m.Parties[:i], func(o Party) bool { return o.Party == p.Party }) {
			return field.Errorf(at+".party", "%q is there twice", p.Party)
		}
		if p.After != "" && (!slices.Contains(ids, p.After) || p.After == p.Party) {
			return field.Errorf(at+".after", "%q is not another party; want one of %v%s", p.After, ids, nearest.Hint(p.After, ids))
		}
		if err := p.validate(at); err != nil {
			return err
		}
	}
	for i, a := range m.Acts {
		if err := m.validateAct(machine, i, a); err != nil {
			return err
		}
	}
	return m.Implement.validate("implement")
}

// validateAct reports the first thing wrong with one act of the list.
func (m Model) validateAct(machine *dealstate.Machine, i int, a Act) error {
	at := fmt.Sprintf("acts[%d]", i)
	if since := waitsSince[a.Kind]; since == 0 || since == notModelled {
		return field.Errorf(at+".kind", "%s is no act of a model's list; want sign, apply, withdraw, terminate, perform or breach", a.Kind)
	}
	if err := machine.Admit(a.event(machine.Deal())); err != nil {
		var wrong *dealstate.FieldError
		if errors.As(err, &wrong) {
			return field.Errorf(at+"."+wrong.Field, "%s", wrong.Problem)
		}
		return err
	}
	if slices.ContainsFunc(m.Acts[:i], func(o Act) bool { return o.Kind == a.Kind && o.Party == a.Party && o.Commitment == a.Commitment }) {
		return field.Errorf(at+".kind", "the same act is there twice")
	}
	if a.Wait.IsZero() {
		return field.Errorf(at+".wait", "missing; want a distribution, or leave the act out if it never happens")
	}
	return a.Wait.validate(at + ".wait")
}

// event is the act without a role: of any that the policy counts.
func (a Act) event(deal string) dealstate.Event {
	return dealstate.Event{ID: "simulated", Deal: deal, Kind: a.Kind, Party: a.Party, Commitment: a.Commitment, Role: dealstate.Instrument, At: time.Unix(0, 0)}
}

// waitingSince says from when an act of a model's list waits.
type waitingSince uint8

const (
	notModelled waitingSince = iota + 1 // it is a party's choice, the model's Implement, or never happens
	sinceText                           // the text was put to the parties
	sinceForce                          // the deal came into force
)

// waitsSince has every kind.
var waitsSince = map[dealstate.Kind]waitingSince{
	dealstate.Negotiate: notModelled,
	dealstate.Sign:      sinceText,
	dealstate.Submit:    notModelled,
	dealstate.Approve:   notModelled,
	dealstate.Reject:    notModelled,
	dealstate.Withdraw:  sinceForce,
	dealstate.Amend:     notModelled,
	dealstate.Apply:     sinceText,
	dealstate.Implement: notModelled,
	dealstate.Perform:   sinceForce,
	dealstate.Breach:    sinceForce,
	dealstate.Dispute:   notModelled,
	dealstate.Settle:    notModelled,
	dealstate.Suspend:   notModelled,
	dealstate.Resume:    notModelled,
	dealstate.Extend:    notModelled,
	dealstate.Terminate: sinceForce,
	dealstate.Retract:   notModelled,
	dealstate.Note:      notModelled,
}

// partyIDs lists the parties' ids in the agreement's order.
func partyIDs(machine *dealstate.Machine) []string {
	var ids []string
	for _, p := range machine.Agreement().Parties {
		ids = append(ids, p.ID)
	}
	return ids
}

func (p Party) validate(at string) error {
	if p.Wait.IsZero() {
		return field.Errorf(at+".wait", "missing; want a distribution, or leave the party out if it never acts")
	}
	if err := p.Wait.validate(at + ".wait"); err != nil {
		return err
	}
	if err := p.Choice.validate(at + ".choice"); err != nil {
		return err
	}
	if p.Choice.Amend == 1 && p.After == "" && p.Wait.takesNoTime() {
		return field.Errorf(at+".choice.amend", "1 after a wait that takes no time, so the text is amended without end; want less than 1, or a wait that takes some")
	}
	if !(p.Haste >= 0 && p.Haste <= maxFactor) {
		return field.Errorf(at+".haste", "%g is out of range; want 0 (which means 1) to %g", p.Haste, float64(maxFactor))
	}
	if !(p.Pressure.Factor >= 0 && p.Pressure.Factor <= maxFactor) {
		return field.Errorf(at+".pressure.factor", "%g is out of range; want 0 (which means 1) to %g", p.Pressure.Factor, float64(maxFactor))
	}
	if p.Pressure.Within < 0 {
		return field.Errorf(at+".pressure.within", "%s is out of range; want 0 or more", p.Pressure.Within)
	}
	return nil
}

// maxFactor bounds what multiplies a hazard.
const maxFactor = 1e9

func (c Choice) validate(at string) error {
	sum := 0.0
	for i, p := range c.list() {
		if !(p >= 0 && p <= 1) {
			return field.Errorf(at+"."+choiceWords[i], "%g is no probability; want 0 to 1", p)
		}
		sum += p
	}
	if math.Abs(sum-1) > 1e-9 {
		return field.Errorf(at, "the probabilities add up to %g; want 1", sum)
	}
	return nil
}

var choiceWords = [...]string{"approve", "reject", "amend", "lapse"}
