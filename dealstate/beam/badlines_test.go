package dealbeam_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/stretchr/testify/require"

	dealbeam "github.com/fe115bb3/dealtracker/dealstate/beam"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
)

const (
	good    = `{"id":"1","deal":"us-china-london-2025","kind":"negotiate","role":"negotiator","at":"2025-06-10"}`
	again   = `{"id":"1","deal":"us-china-london-2025","kind":"negotiate","role":"press","at":"2025-06-10"}`
	nobody  = `{"id":"2","deal":"us-china-london-2025","kind":"approve","party":"france","role":"instrument","at":"2025-06-11"}`
	unknown = `{"id":"1","deal":"other","kind":"note","at":"2025-06-11"}`
	keyless = `{"id":"3","deal":"us-china-london-2025","kind":"note","att":"2025-06-11"}`
	hostile = "{\"id\":\"x\x1b[2J\u202e"
)

func TestBadLinesAreToldInertWithWhatIsWrongWhateverTheBundles(t *testing.T) {
	log := strings.Join([]string{good, again, nobody, unknown, keyless, hostile, "", "  "}, "\n")
	var before map[string][]string
	for seed := range uint64(3) {
		got := mustRun(t, func(s beam.Scope) collections {
			agreements := dealbeam.Catalogue(beam.Create(s, asJSON(london(t).Agreement())))
			deals := dealbeam.GroupLines(s, scattered(s, log, seed), dealbeam.Options{Agreements: agreements, Buckets: 2})
			return collections{"bad": deals.BadLines(s), "totals": deals.Totals(s)}
		})
		if before != nil {
			require.Equal(t, before, got)
		}
		before = got
	}
	problems := map[string]string{}
	for _, text := range before["bad"] {
		var bad dealbeam.BadLine
		require.NoError(t, json.Unmarshal([]byte(text), &bad))
		require.False(t, strings.ContainsAny(bad.Text+bad.Problem, "\x1b\n\u202e"), text)
		problems[bad.Text] = bad.Problem
	}
	require.Len(t, problems, 5)
	require.Contains(t, problems[again], "recorded with other content")
	require.Contains(t, problems[nobody], `party: "france" is not a party`)
	require.Contains(t, problems[unknown], `deal: no agreement for "other"`)
	require.Contains(t, problems[keyless], `att: unknown field; did you mean "at"?`)
	require.Len(t, before["totals"], 1)
	var totals bulk.Totals
	require.NoError(t, json.Unmarshal([]byte(before["totals"][0]), &totals))
	require.Equal(t, int64(1), totals.Events)
}

func TestAnEmptyLogComesToNothing(t *testing.T) {
	got := mustRun(t, func(s beam.Scope) collections {
		return everything(s, dealbeam.GroupLines(s, beam.Create(s, "\n"), dealbeam.Options{Agreements: dealbeam.Template(london(t))}))
	})
	for name, texts := range got {
		require.Empty(t, texts, name)
	}
}

func TestAnAgreementThatDoesNotCompileFailsThePipeline(t *testing.T) {
	for _, texts := range [][]string{{"{}"}, {asJSON(london(t).Agreement()), asJSON(london(t).Agreement())}} {
		_, err := run(t, func(s beam.Scope) collections {
			deals := dealbeam.GroupLines(s, beam.Create(s, good), dealbeam.Options{Agreements: dealbeam.Catalogue(beam.CreateList(s, texts))})
			return collections{"totals": deals.Totals(s)}
		})
		require.Error(t, err)
	}
}
