package folding

import (
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Forms compiles the agreements of many deals. Deals are many and their forms few, and what
// compiling led to is shared by those of one form. The zero Forms has compiled none. It belongs
// to one run over the deals, and is not safe for concurrent use.
type Forms struct {
	machines []*dealstate.Machine // one of each form of agreement, the last used first
}

// mostForms bounds how many machines are remembered.
const mostForms = 64

// Log gives the machine of a deal, nil if its entries have no agreement, and the events that it
// can mean.
func (f *Forms) Log(entries []journal.Entry) (*dealstate.Machine, []dealstate.Event, error) {
	at := slices.IndexFunc(entries, func(e journal.Entry) bool { return e.Agreement != nil })
	if at < 0 {
		return nil, nil, nil
	}
	machine, err := f.compile(*entries[at].Agreement)
	if err != nil {
		return nil, nil, err
	}
	var events []dealstate.Event
	for _, e := range entries {
		if e.Agreement == nil && machine.Admit(e.Event) == nil {
			events = append(events, e.Event)
		}
	}
	return machine, events, nil
}

// compile gives the machine of an agreement.
func (f *Forms) compile(a dealstate.Agreement) (*dealstate.Machine, error) {
	for i, form := range f.machines {
		if of, ok := form.For(a); ok {
			copy(f.machines[1:i+1], f.machines[:i])
			f.machines[0] = form
			return of, nil
		}
	}
	machine, err := dealstate.Compile(a)
	if err == nil {
		f.machines = slices.Insert(f.machines[:min(len(f.machines), mostForms-1)], 0, machine)
	}
	return machine, err
}
