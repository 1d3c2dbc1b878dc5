package dealstate

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

func TestAnEntryTakes64BytesBesideItsText(t *testing.T) {
	t.Parallel()
	require.EqualValues(t, 64, unsafe.Sizeof(entry{}))
	require.EqualValues(t, 32, unsafe.Sizeof(decided{}))
}

// fullest are events that use all room that there is: every field, the longest of all
// texts, the first and the last instant.
func fullest() []Event {
	name := func(letter string) string { return strings.Repeat(letter, field.MaxName) }
	full := Event{ID: strings.Repeat("i", field.MaxID), Deal: "walk", Kind: Extend, Party: "china", By: name("b"), Role: Instrument, Modality: Denied,
		At: time.Time{}.Add(1), Recorded: instant.Last, Revision: 1<<31 - 1, Ref: strings.Repeat("r", field.MaxID), Until: instant.Last,
		Source: Source{Publisher: name("p"), URL: name("u"), Published: "2025-06-10T12:00:00.123456789Z"}, Note: strings.Repeat("n", field.MaxText)}
	early := full
	early.Until, early.At = time.Time{}.Add(1), instant.Last
	least := Event{ID: "i", Deal: "walk", Kind: Note, Modality: Asserted, At: time.Unix(0, -1).UTC(), Recorded: time.Unix(-1, 5).UTC()}
	owed := least
	owed.Kind, owed.Role, owed.Party, owed.Commitment, owed.By = Perform, Instrument, "us", "c", "the gazette"
	return []Event{full, early, least, owed}
}

// A log of more than a few events takes its entries and their texts from its room.
func TestAnEntryGivesItsEventBackExactly(t *testing.T) {
	t.Parallel()
	m := walkMachines(t)[0]
	for _, e := range fullest() {
		of, err := m.admit(&e)
		require.NoError(t, err)
		require.Equal(t, e, m.event(newEntry(&e, of)))
		l := &log{}
		for n := range 3 * few {
			note := Event{ID: walkEvent(m, n, 0, 0).ID, Deal: "walk", Kind: Note, Modality: Asserted, At: walkDay(0), Recorded: walkDay(0), Note: "one of many"}
			l.keep(&note, names{party: -1, commitment: -1})
		}
		in := l.keep(&e, of)
		require.Equal(t, e, m.event(in))
		require.Equal(t, "one of many", l.entries[len(l.entries)-2].note(), "and leaves its neighbours alone")
		require.Same(t, in, l.find(e.ID))
		require.Nil(t, l.find("nonesuch"))
	}
}

// slowCompare is law 11 over again, on events.
func slowCompare(a, b Event) int {
	for _, c := range []int{a.At.Compare(b.At), int(a.Kind.rank().class()) - int(b.Kind.rank().class()), a.Recorded.Compare(b.Recorded),
		int(a.Kind.rank()) - int(b.Kind.rank()), a.Revision - b.Revision, strings.Compare(a.ID, b.ID)} {
		if c != 0 {
			return c
		}
	}
	return 0
}

func TestEntriesFoldInTheOrderOfTheirEvents(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 5))
	moment := func() time.Time { return time.Unix(rng.Int64N(3)-1, rng.Int64N(2)).UTC() }
	random := func() Event {
		return Event{ID: strings.Repeat("x", 1+rng.IntN(3)), Kind: Kinds()[rng.IntN(numKinds)], At: moment(), Recorded: moment(), Modality: Asserted, Revision: rng.IntN(2)}
	}
	sign := func(c int) int { return max(-1, min(c, 1)) }
	for range 20_000 {
		a, b := random(), random()
		require.Equal(t, sign(slowCompare(a, b)), sign(newEntry(&a, names{}).compare(newEntry(&b, names{}))), "%v %v", a, b)
		require.Equal(t, sign(slowCompare(a, b)), sign(a.Compare(b)))
	}
	long := strings.Repeat("x", 1<<16)
	require.Negative(t, Event{ID: long + "a"}.Compare(Event{ID: long + "b"}), "an id that no log would take")
}
