package parquet

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	pq "github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func TestX(t *testing.T) {
	for _, r := range []any{eventRow{}, spellRow{}, waitRow{}, cellRow{}, transitionRow{}, snapshotRow{}} {
		fmt.Println(pq.SchemaOf(r))
	}
	var b bytes.Buffer
	require.NoError(t, WriteEvents(&b, uschina.Events()))
	fmt.Println(b.Len())
	f, err := pq.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	require.NoError(t, err)
	for _, c := range f.Metadata().RowGroups[0].Columns {
		fmt.Println(c.MetaData.PathInSchema, c.MetaData.Encoding, c.MetaData.Codec, c.MetaData.DictionaryPageOffset)
	}
	var want []dealstate.Event
	for e, err := range uschina.Events() {
		require.NoError(t, err)
		want = append(want, e)
	}
	i := 0
	for e, err := range ReadEvents(bytes.NewReader(b.Bytes()), int64(b.Len())) {
		require.NoError(t, err)
		require.Equal(t, want[i], e)
		i++
	}
	require.Len(t, want, i)
	var ms []*dealstate.Machine
	for _, a := range uschina.Agreements() {
		m, err := dealstate.Compile(a)
		require.NoError(t, err)
		ms = append(ms, m)
	}
	l, err := ReadLog(context.Background(), bytes.NewReader(b.Bytes()), int64(b.Len()), bulk.Catalogue(ms...), bulk.Options{})
	require.NoError(t, err)
	fmt.Println(l.Progress())
}
