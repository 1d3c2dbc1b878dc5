package dealstate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// retracted folds a story and tells what was decided on the event.
func retracted(t *testing.T, id, text string) string {
	t.Helper()
	_, decisions := told(t, pair(), "", text)
	return summary(find(t, decisions, id))
}

// Only a retract voids what it refers to.
func TestWhatRefersWithoutRetractingVoidsNothing(t *testing.T) {
	t.Parallel()
	text := "06-01 dispute a id=d\n06-02 settle ref=d id=s\n06-03 dispute b id=other\n06-04 retract ref=other id=r"
	require.Equal(t, "d applied", retracted(t, "d", text))
	require.Equal(t, "s applied", retracted(t, "s", text))
	require.Equal(t, "other noted: retracted", retracted(t, "other", text))
}

// Retracts in a circle void nothing; what is no retract, is not asserted or is not yet
// known makes no circle.
func TestACircleIsOfAssertedAndKnownRetractsOnly(t *testing.T) {
	t.Parallel()
	text := "06-01 dispute a id=d\n06-02 retract ref=s id=r\n06-03 settle ref=r id=s"
	require.Equal(t, "r applied", retracted(t, "r", text))
	require.Equal(t, "s noted: retracted", retracted(t, "s", text))
	text = "06-01 retract ref=two id=one\n06-02 retract ref=one id=two mod=denied"
	require.Equal(t, "one applied", retracted(t, "one", text))
	d := open(t, pair(), "06-01 retract ref=two id=one\n06-02 retract ref=one id=two rec=06-10")
	for known, want := range map[string]dealstate.ReasonCode{"06-05": dealstate.ReasonNoTarget, "06-10": dealstate.ReasonCircular} {
		_, decisions := d.Replay(dealstate.View{KnownBy: date(t, known)})
		require.Equal(t, want, decisions[0].Reasons[0].Code, known)
	}
}

// Of two retracts of one event the first in the log is the one that voids it.
func TestAnEventIsVoidByTheFirstThatRetractsIt(t *testing.T) {
	t.Parallel()
	_, decisions := told(t, pair(), "", "06-01 approve a id=x\n06-02 retract ref=x id=one\n06-03 retract ref=x id=two")
	require.Equal(t, []dealstate.Reason{{Code: dealstate.ReasonRetracted, Event: "one"}}, find(t, decisions, "x").Reasons)
}

func TestALoadedRetractVoidsWhatComesLater(t *testing.T) {
	t.Parallel()
	m := machine(t, pair())
	d, err := m.Load(dealstate.Strict, func(yield func(dealstate.Event, error) bool) {
		yield(line2event(t, "pair", "06-01 retract ref=x id=r"), nil)
	})
	require.NoError(t, err)
	did, err := d.Record(line2event(t, "pair", "06-05 approve a id=x"))
	require.NoError(t, err)
	require.Equal(t, "x noted: retracted", summary(did))
}
