// Package record reads the agreements and the log of reports that a package of real
// deals embeds. It is written once for all of them.
//
//	func London() dealstate.Agreement { return record.Agreement(london) }
//
// What is embedded is known when the program is built, and a test of each such package
// reads all of it: so a broken file is a mistake of ours, and no caller gets an error.
package record

import (
	"bytes"
	"iter"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Agreement reads an embedded agreement file. It panics on one that is broken.
func Agreement(file []byte) dealstate.Agreement {
	a, err := dealstate.ReadAgreement(bytes.NewReader(file))
	if err != nil {
		panic("embedded agreement: " + err.Error())
	}
	return a
}

// Events reads an embedded log, in its order.
func Events(log []byte) iter.Seq2[dealstate.Event, error] {
	return dealstate.ReadEvents(bytes.NewReader(log))
}

// Open opens a deal on the agreement, under the policy, with all that the log has about
// it.
func Open(a dealstate.Agreement, log []byte, p dealstate.Policy) (*dealstate.Deal, error) {
	m, err := dealstate.Compile(a)
	if err != nil {
		return nil, err
	}
	return m.Load(p, about(a.ID, log))
}

// about leaves out what the log has about other deals.
func about(deal string, log []byte) iter.Seq2[dealstate.Event, error] {
	return func(yield func(dealstate.Event, error) bool) {
		for e, err := range Events(log) {
			if (err != nil || e.Deal == deal) && !yield(e, err) {
				return
			}
		}
	}
}
