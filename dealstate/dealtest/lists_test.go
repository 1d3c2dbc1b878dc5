package dealtest

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func TestEveryKindHasAVerb(t *testing.T) {
	verbs := reflect.TypeFor[*EventBuilder]()
	for _, k := range dealstate.Kinds() {
		require.NotEmpty(t, k.String(), "kind %d has no row in its table", k)
		verb := strings.ToUpper(k.String()[:1]) + k.String()[1:]
		_, has := verbs.MethodByName(verb)
		require.True(t, has, "%s: Act has no method %s", k, verb)
	}
}

func TestEveryOutcomeButTheDuplicateCanBeAskedFor(t *testing.T) {
	for o := dealstate.Outcome(1); o.String() != ""; o++ {
		word := strings.ToUpper(o.String()[:1]) + o.String()[1:]
		_, has := reflect.TypeFor[*RecordedEvent]().MethodByName(word)
		require.Equal(t, o != dealstate.Duplicate, has, "%s: Did has no method %s", o, word)
	}
}

// Every kind is generated, and a made act is well-formed for its kind.
func TestEveryKindIsGeneratedOrKnownNotToBe(t *testing.T) {
	a := uschina.London()
	m, err := dealstate.Compile(a)
	require.NoError(t, err)
	g := &generator{rng: rand.New(rand.NewPCG(1, 2)), a: a, m: m, first: time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)}
	require.Len(t, habits, len(dealstate.Kinds()))
	for _, k := range dealstate.Kinds() {
		require.Contains(t, habits, k, "%s: how often has a valid log one?", k)
		if k == dealstate.Retract { // made by itself, of another event
			continue
		}
		e := g.event(k, g.first, "e")
		require.Equal(t, k, e.Kind, "%s is replaced by something else", k)
		require.NoError(t, m.Admit(e), k)
	}
}
