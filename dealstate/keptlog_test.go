package dealstate

import (
	"math/rand/v2"
	"slices"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// lose takes the folding from a deal, as the garbage collector may.
func (k *keptLog) lose() { k.strong, k.weak = nil, weak.Pointer[foldedLog]{} }

// all is what a deal answers after each of the events: what Check and Record say, where
// it stands, and in the end every decision.
type all struct {
	check, record []Decision
	latest        []Snapshot
	decisions     []Decision
}

func allOf(t *testing.T, m *Machine, policy Policy, events []Event, between func(*Deal)) (of all) {
	t.Helper()
	deal := m.NewDeal(policy)
	for _, e := range events {
		between(deal)
		check, err := deal.Check(e)
		require.NoError(t, err)
		between(deal)
		record, err := deal.Record(e)
		require.NoError(t, err)
		between(deal)
		of.check, of.record, of.latest = append(of.check, check), append(of.record, record), append(of.latest, deal.Latest())
	}
	between(deal)
	of.decisions = slices.Collect(deal.Decisions())
	return of
}

func TestADealThatLostItsFoldingAnswersAsOneThatKeptIt(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 9))
	for _, m := range walkMachines(t) {
		for _, policy := range Policies() {
			for range proof.Times(20, 6) {
				var events []Event
				for n := range 25 {
					events = append(events, walkEvent(m, n, byte(rng.Uint32()), byte(rng.Uint32())))
				}
				if rng.IntN(2) == 0 { // in order: every step is live
					slices.SortFunc(events, Event.Compare)
				}
				want := allOf(t, m, policy, events, func(*Deal) {})
				require.Equal(t, want, allOf(t, m, policy, events, func(d *Deal) { d.lose() }))
			}
		}
	}
}

func TestOnlyTheFoldingOfALongLogIsKept(t *testing.T) {
	t.Parallel()
	m := walkMachines(t)[0]
	deal := m.NewDeal(Strict)
	for n := range mostFoldedAnew + 1 {
		require.Nil(t, deal.strong, "%d events", n)
		_, err := deal.Record(Event{ID: walkEvent(m, n, 0, 0).ID, Deal: "walk", Kind: Note, At: walkDay(n)})
		require.NoError(t, err)
	}
	require.NotNil(t, deal.strong)
}
