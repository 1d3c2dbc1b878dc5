package dealbeam

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
)

// Agreements say which agreement applies to a deal. [Template] and [Catalogue] make them. They are
// a side input of every transform that folds, and each worker compiles them once a bundle.
type Agreements struct {
	template string           // JSON; "": there is a catalogue
	texts    beam.PCollection // of a catalogue
}

// Template applies one agreement to every deal, whatever its id.
func Template(m *dealstate.Machine) Agreements {
	text, err := json.Marshal(m.Agreement())
	if err != nil {
		panic(err) // what compiled can be written
	}
	return Agreements{template: string(text)}
}

// Catalogue applies to each deal the agreement with the same id. The texts are a
// PCollection<string> of agreements in JSON, each id once; an agreement that does not compile
// fails the pipeline. The lines of deals without an agreement are bad lines.
func Catalogue(texts beam.PCollection) Agreements { return Agreements{texts: texts} }

// sideInput is the collection that workers read.
func (a Agreements) sideInput(s beam.Scope) beam.PCollection {
	if a.template != "" {
		return beam.Create(s, a.template)
	}
	return a.texts
}

// compiled are agreements as a worker uses them, with the tables that they lead to.
func compiled(template bool, texts func(*string) bool) (bulk.Agreements, error) {
	machines := map[string]*dealstate.Machine{}
	var text string
	for texts(&text) {
		m, err := dealstate.ReadMachine(strings.NewReader(text))
		if err != nil {
			return bulk.Agreements{}, err
		}
		if template {
			return bulk.Template(m), nil
		}
		if machines[m.Deal()] != nil {
			return bulk.Agreements{}, fmt.Errorf("agreement %q is in the catalogue twice", m.Deal())
		}
		machines[m.Deal()] = m
	}
	return bulk.ByDeal(func(deal string) *dealstate.Machine { return machines[deal] }), nil
}
