package journal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// FuzzOpen opens files with anything in them. What Open takes is whole afterwards, and
// can be added to; Verify and Salvage come to an end.
func FuzzOpen(f *testing.F) {
	d, _ := filled(f, 3)
	files := filesOf(f, d)
	records, events := files.names(".records"), files.names(".jsonl")
	f.Add(files[records[0]], files[events[0]], files[records[1]], files[events[1]])
	f.Add(files[records[0]], files[events[0]], []byte{}, []byte{})
	f.Add(files[records[0]][:500], files[events[0]], files[records[1]][:100], files[events[1]])
	f.Fuzz(func(t *testing.T, r0, e0, r1, e1 []byte) {
		d := rest{records[0]: r0, events[0]: e0, records[1]: r1, events[1]: e1}.disk()
		var to journal.Memory
		_, err := journal.Salvage(ctx, &to, "", journal.Options{FS: d})
		if err != nil {
			t.Log(err)
		}
		found := verify(d, journal.Head{})
		j, err := journal.Open(ctx, "", journal.Options{FS: d})
		if err != nil {
			require.Error(t, found, "Open refuses what Verify takes: %v", err)
			return
		}
		require.Equal(t, found != nil, j.Recovery().Torn != nil, "%v", found)
		read(t, j)
		_, err = j.Append(ctx, []journal.Entry{ofMany(1_000_000, 1)})
		require.NoError(t, err)
		head := j.Head()
		require.NoError(t, j.Close())
		require.NoError(t, verify(d, head))
	})
}
