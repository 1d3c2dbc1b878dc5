package record_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/record"
)

const (
	file = `{"id":"d","parties":[{"id":"us","approver":"Trump"},{"id":"china","approver":"Xi"}]}`
	log  = `{"id":"1","deal":"d","kind":"negotiate","role":"negotiator","at":"2025-06-10"}
{"id":"2","deal":"another","kind":"approve","party":"us","role":"instrument","at":"2025-06-11"}
{"id":"3","deal":"d","kind":"approve","party":"us","role":"instrument","at":"2025-06-12"}
`
)

func TestADealIsOpenedOnItsOwnReportsOnly(t *testing.T) {
	t.Parallel()
	deal, err := record.Open(record.Agreement([]byte(file)), []byte(log), dealstate.Strict)
	require.NoError(t, err)
	var ids []string
	for e := range deal.Events() {
		ids = append(ids, e.ID)
	}
	require.Equal(t, []string{"1", "3"}, ids)
	require.Equal(t, dealstate.State("awaiting_xi_approval"), deal.Latest().State)
}

func TestABrokenLogIsAnErrorAndABrokenAgreementAPanic(t *testing.T) {
	t.Parallel()
	_, err := record.Open(record.Agreement([]byte(file)), []byte("{\n"), dealstate.Strict)
	require.Error(t, err)
	_, err = record.Open(dealstate.Agreement{}, nil, dealstate.Strict)
	require.Error(t, err)
	require.PanicsWithValue(t, "embedded agreement: id: missing", func() { record.Agreement([]byte(`{}`)) })
}
