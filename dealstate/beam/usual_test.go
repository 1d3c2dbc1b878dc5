package dealbeam

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// requireSameDeal holds the deal that is found in a line to the one that is read of it.
func requireSameDeal(t *testing.T, line []byte) {
	t.Helper()
	deal, ok := usualDeal(line)
	var e dealstate.Event
	if ok && e.UnmarshalJSON(line) == nil {
		require.Equal(t, e.Deal, string(deal), string(line))
	}
}

var lines = []string{
	`{"id":"1","deal":"a","kind":"note","at":"2025-06-11"}`,
	`{ "deal" : "a b" , "id":"1" }`,
	`{"id":"deal","note":"\"deal\":\"x\"","deal":"a","kind":"note","at":"2025-06-11"}`,
	`{"id":"deal","note":"\\","deal":"a","kind":"note","at":"2025-06-11"}`,
	`{"note":"deal","deal":"a","id":"1","kind":"note","at":"2025-06-11"}`,
	`{"deal":"a\u0062","id":"1","kind":"note","at":"2025-06-11"}`,
	`{"d\u0065al":"a","id":"1","kind":"note","at":"2025-06-11"}`,
	`{"deal":`, `"deal":"`, `{"deal":""}`, `{"deal":1}`, ``,
}

func TestTheDealOfALineIsThatOfItsEvent(t *testing.T) {
	for _, line := range lines {
		requireSameDeal(t, []byte(line))
	}
	deal, ok := usualDeal([]byte(lines[2]))
	require.True(t, ok)
	require.Equal(t, "a", string(deal))
	_, ok = usualDeal([]byte(lines[5]))
	require.False(t, ok, "an escape is read in full")
	_, err := dealOf([]byte(strings.Repeat("x", dealstate.MaxLine+1)))
	require.EqualError(t, err, "the line is longer than 1 MiB")
}

func FuzzUsualDeal(f *testing.F) {
	for _, line := range lines {
		f.Add([]byte(line))
	}
	f.Fuzz(requireSameDeal)
}

// Lines that are held back are sent on before they fill the memory, and at the end.
func TestAPackerSendsEveryLineOnce(t *testing.T) {
	p := packer{Buckets: 3}
	p.start()
	sent := map[int]string{}
	emit := func(bucket int, part []byte) {
		lines, err := unpacked(part)
		require.NoError(t, err)
		sent[bucket] += string(lines)
	}
	long := strings.Repeat("x", packSize)
	for _, line := range []string{"a", "b", long, "c"} {
		p.add([]byte(line), line[:1], emit)
	}
	require.NotEmpty(t, sent, "a full bucket is sent at once")
	p.finish(emit)
	p.finish(emit)
	total := 0
	for _, lines := range sent {
		total += len(lines)
	}
	require.Equal(t, len(long)+7, total)
	require.Zero(t, p.size)
}
