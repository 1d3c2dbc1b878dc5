package dealbeam

import (
	"encoding/json"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
)

// How elements travel between workers: as the JSON that FORMATS.md describes. A runner keeps
// a coder by the name of its functions, so that each type needs functions of its own.

func init() {
	beam.RegisterCoder(typeOf[dealstate.Event](), encodeEvent, decodeEvent)
	beam.RegisterCoder(typeOf[dealstate.Snapshot](), encodeSnapshot, decodeSnapshot)
	beam.RegisterCoder(typeOf[Deal](), encodeDeal, decodeDeal)
	beam.RegisterCoder(typeOf[Comparison](), encodeComparison, decodeComparison)
	beam.RegisterCoder(typeOf[bulk.Transition](), encodeTransition, decodeTransition)
	beam.RegisterCoder(typeOf[bulk.Totals](), encodeTotals, decodeTotals)
	beam.RegisterCoder(typeOf[analytics.Spell](), encodeSpell, decodeSpell)
	beam.RegisterCoder(typeOf[analytics.Cell](), encodeCell, decodeCell)
	beam.RegisterCoder(typeOf[analytics.Spells](), encodeSpells, decodeSpells)
	beam.RegisterCoder(typeOf[analytics.Transitions](), encodeTransitions, decodeTransitions)
	beam.RegisterCoder(typeOf[analytics.Variants](), encodeVariants, decodeVariants)
	beam.RegisterCoder(typeOf[analytics.Lifetimes](), encodeLifetimes, decodeLifetimes)
	beam.RegisterCoder(typeOf[analytics.Funnel](), encodeFunnel, decodeFunnel)
	beam.RegisterCoder(typeOf[analytics.Incidents](), encodeIncidents, decodeIncidents)
	beam.RegisterCoder(typeOf[analytics.Conformance](), encodeConformance, decodeConformance)
	beam.RegisterCoder(typeOf[analytics.Waits](), encodeWaits, decodeWaits)
	beam.RegisterCoder(typeOf[analytics.Lags](), encodeLags, decodeLags)
	beam.RegisterCoder(typeOf[analytics.PolicyChanges](), encodePolicyChanges, decodePolicyChanges)
	beam.RegisterCoder(typeOf[analytics.Sample](), encodeSample, decodeSample)
}

// read reads the JSON of a value.
func read[T any](v T, text []byte) (T, error) {
	err := json.Unmarshal(text, &v)
	return v, err
}

func encodeEvent(v dealstate.Event) ([]byte, error)          { return json.Marshal(v) }
func decodeEvent(text []byte) (v dealstate.Event, err error) { return read(v, text) }

func encodeSnapshot(v dealstate.Snapshot) ([]byte, error)          { return json.Marshal(v) }
func decodeSnapshot(text []byte) (v dealstate.Snapshot, err error) { return read(v, text) }

func encodeDeal(v Deal) ([]byte, error)          { return json.Marshal(v) }
func decodeDeal(text []byte) (v Deal, err error) { return read(v, text) }

func encodeComparison(v Comparison) ([]byte, error)          { return json.Marshal(v) }
func decodeComparison(text []byte) (v Comparison, err error) { return read(v, text) }

func encodeTotals(v bulk.Totals) ([]byte, error)          { return json.Marshal(v) }
func decodeTotals(text []byte) (v bulk.Totals, err error) { return read(v, text) }

func encodeSpell(v analytics.Spell) ([]byte, error)          { return json.Marshal(v) }
func decodeSpell(text []byte) (v analytics.Spell, err error) { return read(v, text) }

func encodeCell(v analytics.Cell) ([]byte, error)          { return json.Marshal(v) }
func decodeCell(text []byte) (v analytics.Cell, err error) { return read(v, text) }

func encodeSpells(v analytics.Spells) ([]byte, error)          { return json.Marshal(v) }
func decodeSpells(text []byte) (v analytics.Spells, err error) { return read(v, text) }

func encodeTransitions(v analytics.Transitions) ([]byte, error)          { return json.Marshal(v) }
func decodeTransitions(text []byte) (v analytics.Transitions, err error) { return read(v, text) }

func encodeVariants(v analytics.Variants) ([]byte, error)          { return json.Marshal(v) }
func decodeVariants(text []byte) (v analytics.Variants, err error) { return read(v, text) }

func encodeLifetimes(v analytics.Lifetimes) ([]byte, error)          { return json.Marshal(v) }
func decodeLifetimes(text []byte) (v analytics.Lifetimes, err error) { return read(v, text) }

func encodeFunnel(v analytics.Funnel) ([]byte, error)          { return json.Marshal(v) }
func decodeFunnel(text []byte) (v analytics.Funnel, err error) { return read(v, text) }

func encodeIncidents(v analytics.Incidents) ([]byte, error)          { return json.Marshal(v) }
func decodeIncidents(text []byte) (v analytics.Incidents, err error) { return read(v, text) }

func encodeConformance(v analytics.Conformance) ([]byte, error)          { return json.Marshal(v) }
func decodeConformance(text []byte) (v analytics.Conformance, err error) { return read(v, text) }

func encodeWaits(v analytics.Waits) ([]byte, error)          { return json.Marshal(v) }
func decodeWaits(text []byte) (v analytics.Waits, err error) { return read(v, text) }

func encodeLags(v analytics.Lags) ([]byte, error)          { return json.Marshal(v) }
func decodeLags(text []byte) (v analytics.Lags, err error) { return read(v, text) }

func encodePolicyChanges(v analytics.PolicyChanges) ([]byte, error)          { return json.Marshal(v) }
func decodePolicyChanges(text []byte) (v analytics.PolicyChanges, err error) { return read(v, text) }

func encodeSample(v analytics.Sample) ([]byte, error)          { return json.Marshal(v) }
func decodeSample(text []byte) (v analytics.Sample, err error) { return read(v, text) }

// transition is a bulk.Transition with the keys of a decision.
type transition struct {
	Deal       string          `json:"deal"`
	Event      string          `json:"event,omitempty"`
	Kind       dealstate.Kind  `json:"kind,omitzero"`
	Clock      dealstate.Clock `json:"clock,omitzero"`
	Party      string          `json:"party,omitempty"`
	Commitment string          `json:"commitment,omitempty"`
	Timer      string          `json:"timer,omitempty"`
	At         time.Time       `json:"at"`
	Rule       string          `json:"rule"`
	From       dealstate.State `json:"from"`
	To         dealstate.State `json:"to"`
}

func encodeTransition(v bulk.Transition) ([]byte, error) { return json.Marshal(transition(v)) }
func decodeTransition(text []byte) (bulk.Transition, error) {
	v, err := read(transition{}, text)
	return bulk.Transition(v), err
}
