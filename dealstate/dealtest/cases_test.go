package dealtest

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func TestATableRunsEveryCaseOnADealOfItsOwn(t *testing.T) {
	t.Parallel()
	RunCases(t, uschina.London(),
		Case{Name: "nobody", Want: "state negotiated"},
		Case{Name: "China alone", Acts: "2025-06-20 approve china by xi", Want: "awaiting us"},
		Case{Name: "an official's word", Under: dealstate.Official, Acts: "2025-06-20 approve china by mofcom as government", Want: `
			state awaiting_trump_approval
			awaiting us
			approved nobody under strict`},
		Case{Name: "each act has its own", Acts: `
			2025-06-20 approve china by xi
			  applied

			2025-06-21 implement
			  refused: us has not approved`, Want: "state awaiting_trump_approval"})
}

// complaints is a test that keeps what it is told.
type complaints struct{ said string }

func (*complaints) Helper()                             {}
func (*complaints) FailNow()                            { runtime.Goexit() }
func (c *complaints) Errorf(format string, args ...any) { c.said += fmt.Sprintf(format, args...) }

func TestACaseThatFailsNamesItsLine(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]Case{
		"a case has no name":                                          {Want: "state negotiated"},
		"idle: no act and nothing expected":                           {Name: "idle"},
		"early: state approved\n\nwant: state approved":               {Name: "early", Acts: "2025-06-20 approve us", Want: "awaiting china\nstate approved"},
		`typo: 2025-06-20 aprove us: "aprove" is no kind of act`:      {Name: "typo", Acts: "2025-06-20 aprove us"},
		`typo: sate approved: "sate" is no expectation`:               {Name: "typo", Acts: "2025-06-20 approve us", Want: "sate approved"},
		`stranger: 2025-06-20 approve cn: party: "cn" is not a party`: {Name: "stranger", Acts: "2025-06-19 note\n2025-06-20 approve cn"},
	} {
		var told complaints
		var done sync.WaitGroup
		done.Go(func() { c.run(&told, uschina.London()) })
		done.Wait()
		require.Contains(t, told.said, says)
	}
}
