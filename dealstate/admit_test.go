package dealstate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

func TestOnlyTheApproverSpeaksAsApprover(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		us, china, party, by string
		ok                   bool
	}{
		{"Donald Trump", "Xi Jinping", "us", "Trump", false},
		{"Donald Trump", "Xi Jinping", "us", "DONALD  TRUMP", true},
		{"Trump", "Xi", "us", "President Donald J. Trump", false},
		{"Trump", "Xi", "china", "习近平", false},
		{"Trump", "Xi", "china", "Trump", false},
		{"President Trump", "President Xi", "us", "President Xi", false},
		{"President Trump", "President Xi", "us", "the President", false},
		{"the President", "the Party Chairman", "us", "The President", true},
		{"Trump", "Xi", "", "Putin", false},
		{"Trump", "Xi", "", "Trump and Xi", false},
		{"Trump", "Xi", "", "xi", true},
		{"Trump", "", "", "Putin", true}, // China speaks for itself, by whatever voice
	} {
		m, err := dealstate.Compile(dealstate.Agreement{ID: "d", Parties: []dealstate.Party{{ID: "us", Approver: c.us}, {ID: "china", Approver: c.china}}})
		require.NoError(t, err)
		err = m.Admit(dealstate.Event{ID: "e", Deal: "d", Kind: dealstate.Implement, Party: c.party, By: c.by, Role: dealstate.Approver, At: date(t, "06-01")})
		if c.ok {
			require.NoError(t, err, c)
		} else {
			fieldErr(t, err, "by")
		}
	}
}

func TestPerformanceNeedsNoPartyForTheCommitmentNamesIt(t *testing.T) {
	t.Parallel()
	a := pair()
	a.Commitments = []dealstate.Commitment{{ID: "k", Party: "b"}}
	_, decisions := told(t, a, "", "06-01 perform for=k")
	require.Equal(t, dealstate.Applied, decisions[0].Outcome)
	require.Equal(t, "b", decisions[0].Party)
}
