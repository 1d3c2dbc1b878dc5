package dealbeam_test

import (
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	dealbeam "github.com/fe115bb3/dealtracker/dealstate/beam"
)

// Options that cannot be are told while the pipeline is built, not by a worker.
func TestOptionsThatCannotBeAreRefusedWhileThePipelineIsBuilt(t *testing.T) {
	event := dealstate.Event{ID: "1", Deal: "d", Kind: dealstate.Note, At: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)}
	agreements := dealbeam.Template(london(t))
	for want, o := range map[string]dealbeam.Options{
		"Agreements: missing; want Template or Catalogue": {},
		"Buckets: -1; want 0 to 65536":                    {Agreements: agreements, Buckets: -1},
		"Buckets: 1099511627776; want 0 to 65536":         {Agreements: agreements, Buckets: 1 << 40},
		"Workers: -1; want 0 to 32":                       {Agreements: agreements, Workers: -1},
		"Workers: 33; want 0 to 32":                       {Agreements: agreements, Workers: 33},
	} {
		_, s := beam.NewPipelineWithRoot()
		for _, group := range []func(){
			func() { dealbeam.GroupLines(s, beam.Create(s, good), o) },
			func() { dealbeam.GroupEvents(s, beam.Create(s, event), o) },
		} {
			func() {
				defer func() {
					err, _ := recover().(error)
					var bad *dealstate.FieldError
					require.ErrorAs(t, err, &bad)
					require.EqualError(t, err, want)
				}()
				group()
			}()
		}
	}
}

// However lines are cut into elements, the same ones count, those behind a byte order mark too.
func TestAByteOrderMarkIsPassedOverBeforeAnyLine(t *testing.T) {
	log := "\ufeff" + good + "\n\ufeff" + strings.Replace(good, `"id":"1"`, `"id":"9"`, 1)
	require.NotEqual(t, good, log[strings.LastIndex(log, "\ufeff")+3:])
	for _, elements := range [][]string{{log}, strings.Split(log, "\n")} {
		got := mustRun(t, func(s beam.Scope) collections {
			deals := dealbeam.GroupLines(s, beam.CreateList(s, elements), dealbeam.Options{Agreements: dealbeam.Template(london(t))})
			return collections{"bad": deals.BadLines(s), "totals": deals.Totals(s)}
		})
		require.Empty(t, got["bad"])
		require.Contains(t, got["totals"][0], `"events":2`)
	}
}
