package dealstate_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/dirtylog"
)

// The same event again with another instant of recording is a duplicate, and the
// earliest instant counts, whichever comes first.
func TestOfADuplicateTheEarliestRecordedCounts(t *testing.T) {
	t.Parallel()
	late, early := line2event(t, "pair", "06-01 approve a rec=06-20"), line2event(t, "pair", "06-01 approve a rec=06-05")
	require.True(t, late.Same(early))
	want, _, err := machine(t, pair()).Fold([]dealstate.Event{early}, dealstate.View{KnownBy: date(t, "06-10")})
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, want.Approved)
	for _, log := range [][]dealstate.Event{{late, early}, {early, late}, {late, early, late}} {
		s, _, err := machine(t, pair()).Fold(log, dealstate.View{KnownBy: date(t, "06-10")})
		require.NoError(t, err)
		require.Equal(t, toJSON(t, want), toJSON(t, s))
		d, err := dealstate.New(pair(), dealstate.Strict)
		require.NoError(t, err)
		for i, e := range log {
			decision, err := d.Record(e)
			require.NoError(t, err)
			require.Equal(t, i > 0, decision.Outcome == dealstate.Duplicate)
		}
		require.Equal(t, toJSON(t, want), toJSON(t, d.At(dealstate.View{KnownBy: date(t, "06-10")})))
		kept, did, ok := d.Event(early.ID)
		require.True(t, ok)
		require.Equal(t, early.Recorded, kept.Recorded)
		require.Equal(t, dealstate.Applied, did.Outcome)
		require.Len(t, slices.Collect(d.Events()), 1)
	}
}

func TestADuplicateRecordedEarlierRevisesWhatFollows(t *testing.T) {
	t.Parallel()
	d := open(t, pair(), "06-01 suspend id=s role=instrument rec=06-03\n06-01 approve a id=y rec=06-09\n06-01 reject a id=n rec=06-05")
	again := line2event(t, "pair", "06-01 approve a id=y rec=06-04")
	checked, err := d.Check(again)
	require.NoError(t, err)
	require.Equal(t, dealstate.State("awaiting_b_approval"), d.Latest().State) // a thinks again, for a rejection is not the end; Check keeps nothing
	did, err := d.Record(again)
	require.NoError(t, err)
	require.Equal(t, toJSON(t, checked), toJSON(t, did))
	require.Equal(t, dealstate.Duplicate, did.Outcome)
	require.NotEmpty(t, did.Revised)
	_, err = d.Record(line2event(t, "pair", "06-01 approve b id=y rec=06-04"))
	var conflict *dealstate.ConflictError
	require.ErrorAs(t, err, &conflict)
	require.NoError(t, d.Apply(line2event(t, "pair", "06-01 approve a id=y rec=06-02")))
	kept, _, _ := d.Event("y")
	require.Equal(t, date(t, "06-02"), kept.Recorded)
}

// Dirty logs, each event several times under several instants: however they come, the
// answer is that of the earliest.
func TestDuplicatesInAnyOrderGiveOneAnswer(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	for i, a := range dirtylog.Agreements {
		m := machine(t, a)
		for range 20 {
			log := dirtylog.Log(rng, a, a.ID, 12, dirtylog.Kinds)
			var often []dealstate.Event
			for _, e := range log {
				first := dirtylog.Recorded(e)
				for range 1 + rng.IntN(3) {
					e.Recorded = first.Add(time.Duration(rng.IntN(200)) * time.Hour)
					often = append(often, e)
				}
				e.Recorded = first
				often = append(often, e)
			}
			rng.Shuffle(len(often), func(i, j int) { often[i], often[j] = often[j], often[i] })
			view := dealstate.View{KnownBy: dirtylog.OnDay(15)}
			want, _, err := m.Fold(log, view)
			require.NoError(t, err)
			got, _, err := m.Fold(often, view)
			require.NoError(t, err)
			require.Equal(t, toJSON(t, want), toJSON(t, got), "agreement %d", i)
			d := m.NewDeal(dealstate.Strict)
			for _, e := range often {
				_, err := d.Record(e)
				require.NoError(t, err)
			}
			require.Equal(t, toJSON(t, want), toJSON(t, d.At(view)))
			whole, decisions, err := m.Fold(log, dealstate.View{})
			require.NoError(t, err)
			require.Equal(t, toJSON(t, whole), toJSON(t, d.Latest()))
			require.Equal(t, toJSON(t, decisions), toJSON(t, slices.Collect(d.Decisions())))
		}
	}
}

func TestAZeroInstantOfAnyZoneIsNone(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("x", 3600)
	none := time.Time{}.In(zone)
	e := line2event(t, "pair", "06-01 approve a")
	odd := e
	odd.Until, odd.Recorded = none, none
	require.True(t, e.Same(odd))
	d, err := dealstate.New(pair(), dealstate.Strict)
	require.NoError(t, err)
	_, err = d.Record(e)
	require.NoError(t, err)
	did, err := d.Record(odd)
	require.NoError(t, err)
	require.Equal(t, dealstate.Duplicate, did.Outcome)
	s, _, err := machine(t, pair()).Fold([]dealstate.Event{e, odd}, dealstate.View{AsOf: none, KnownBy: none})
	require.NoError(t, err)
	require.Equal(t, d.Latest(), s)
	a := pair()
	a.Term = &dealstate.Delay{NotBefore: none}
	fieldErr(t, a.Validate(), "term")
	a = pair()
	a.Deadline, a.Effect = none, &dealstate.Delay{Days: 1, NotBefore: none}
	s, _ = told(t, a, "06-20", "06-01 approve a")
	require.Nil(t, s.Next)
}

func machine(t testing.TB, a dealstate.Agreement) *dealstate.Machine {
	t.Helper()
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	return m
}
