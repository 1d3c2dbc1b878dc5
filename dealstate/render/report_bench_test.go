package render_test

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// ofParties is a deal of n parties, each with a commitment, each of which approves and performs.
func ofParties(tb testing.TB, n int) *dealstate.Deal {
	tb.Helper()
	a := dealstate.Agreement{ID: "many", Approval: condition.Count(condition.AtLeast(int64(n/2)), ""), Effect: &dealstate.Delay{Days: 30}}
	for i := range n {
		id := fmt.Sprintf("p%05d", i)
		a.Parties = append(a.Parties, dealstate.Party{ID: id, Name: "Party " + id, Approver: "Minister " + id})
		a.Commitments = append(a.Commitments, dealstate.Commitment{ID: "c-" + id, Party: id, Title: "What " + id + " owes"})
	}
	m, err := dealstate.Compile(a)
	if err != nil {
		tb.Fatal(err)
	}
	day := time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	deal, err := m.Load(dealstate.Strict, func(yield func(dealstate.Event, error) bool) {
		for i, p := range a.Parties {
			at := day.Add(time.Duration(i) * time.Hour)
			if !yield(dealstate.Event{ID: "a" + p.ID, Deal: a.ID, Kind: dealstate.Approve, Party: p.ID, By: p.Approver, Role: dealstate.Approver, At: at}, nil) ||
				!yield(dealstate.Event{ID: "s" + p.ID, Deal: a.ID, Kind: dealstate.Sign, Party: p.ID, Role: dealstate.Instrument, At: at}, nil) ||
				!yield(dealstate.Event{ID: "z" + p.ID, Deal: a.ID, Kind: dealstate.Perform, Party: p.ID, Commitment: "c-" + p.ID, Role: dealstate.Instrument, At: at.AddDate(2, 0, 0)}, nil) {
				return
			}
		}
	})
	if err != nil {
		tb.Fatal(err)
	}
	return deal
}

func BenchmarkReport(b *testing.B) {
	for _, n := range []int{500, 1000, 5000} {
		deal := ofParties(b, n)
		replay := render.ReplayOf(deal, dealstate.View{})
		b.Run(fmt.Sprint("explain/", n), func(b *testing.B) {
			for b.Loop() {
				_ = replay.Snapshot.Explain()
			}
		})
		b.Run(fmt.Sprint("snapshot/", n), func(b *testing.B) {
			for b.Loop() {
				_ = deal.Latest()
			}
		})
		b.Run(fmt.Sprint("page/", n), func(b *testing.B) {
			for b.Loop() {
				if err := (render.DealPage{Replays: []render.Replay{replay}}).HTML(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprint("text/", n), func(b *testing.B) {
			for b.Loop() {
				if err := (render.Timeline{Replays: []render.Replay{replay}}).Text(io.Discard, render.Plain); err != nil {
					b.Fatal(err)
				}
			}
		})
		if n == 1000 && testing.Short() {
			break
		}
	}
}
