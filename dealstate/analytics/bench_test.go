package analytics_test

import (
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/dealtest"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// stream is the decisions on many deals that all go the same way.
func stream(b *testing.B, deals int) []dealstate.Decision {
	b.Helper()
	log, err := dealtest.Log(uschina.London(), dealtest.Dirty, 1, 30)
	if err != nil {
		b.Fatal(err)
	}
	d, err := load(uschina.London(), dealstate.Strict, log)
	if err != nil {
		b.Fatal(err)
	}
	var all []dealstate.Decision
	for dec := range d.Decisions() {
		for i := range deals {
			dec.Deal = fmt.Sprintf("deal-%06d", i)
			all = append(all, dec)
		}
	}
	return all
}

// The reference is the least that a measure over many deals can do: look the
// deal up and note its state.
func BenchmarkAdd(b *testing.B) {
	all := stream(b, 1000)
	run := func(name string, fold func() func(dealstate.Decision) error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				add := fold()
				for _, d := range all {
					if err := add(d); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(all)), "ns/decision")
		})
	}
	run("reference", func() func(dealstate.Decision) error {
		at := map[string]dealstate.State{}
		return func(d dealstate.Decision) error { at[d.Deal] = d.To; return nil }
	})
	run("stream", func() func(dealstate.Decision) error {
		var s analytics.Stream
		return func(d dealstate.Decision) error { _, _, err := s.Add(d); return err }
	})
	run("spells", func() func(dealstate.Decision) error { var s analytics.Spells; return s.Add })
	run("transitions", func() func(dealstate.Decision) error { var t analytics.Transitions; return t.Add })
	run("variants", func() func(dealstate.Decision) error { var v analytics.Variants; return v.Add })
	run("lifetimes", func() func(dealstate.Decision) error { var l analytics.Lifetimes; return l.Add })
	run("conformance", func() func(dealstate.Decision) error { var c analytics.Conformance; return c.Add })
	m, err := dealstate.Compile(uschina.London())
	if err != nil {
		b.Fatal(err)
	}
	run("waits", func() func(dealstate.Decision) error { return analytics.NewWaits(m).Add })
}

func BenchmarkWrite(b *testing.B) {
	deal, err := uschina.Open(uschina.London(), dealstate.Official)
	if err != nil {
		b.Fatal(err)
	}
	c := analytics.CaseOf(deal)
	var spells analytics.Spells
	for _, d := range stream(b, 1000) {
		if err := spells.Add(d); err != nil {
			b.Fatal(err)
		}
	}
	rows := slices.Collect(spells.All(c.Decisions[len(c.Decisions)-1].At))
	for name, write := range map[string]func(io.Writer) error{
		"csv":   func(w io.Writer) error { return analytics.WriteCSV(w, slices.Values(rows)) },
		"jsonl": func(w io.Writer) error { return analytics.WriteJSONLines(w, slices.Values(rows)) },
		"xes":   func(w io.Writer) error { return analytics.WriteXES(w, slices.Values([]analytics.Case{c})) },
		"ocel":  func(w io.Writer) error { return analytics.WriteOCEL(w, slices.Values([]analytics.Case{c})) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var n counted
			for range b.N {
				if err := write(&n); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(n) / int64(b.N))
		})
	}
}

type counted int

func (n *counted) Write(p []byte) (int, error) { *n += counted(len(p)); return len(p), nil }
