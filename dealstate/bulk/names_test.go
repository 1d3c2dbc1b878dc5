package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// million is so many. In a short run, and under the race detector, which makes them slow,
// they are fewer: as many lines are then still read in several blocks by each worker.
func million() int {
	const some = 50_000
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		if s.Key == "-race" && s.Value == "true" {
			return some
		}
	}
	return proof.Times(1_000_000, some)
}

// lineMaker makes lines as they are read, so that a test's memory is the log's.
type lineMaker struct {
	next func(i int) string
	made int
	most int
	rest string
}

func (m *lineMaker) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if m.rest == "" {
			if m.made == m.most {
				if n == 0 {
					return 0, io.EOF
				}
				return n, nil
			}
			m.rest = m.next(m.made)
			m.made++
		}
		took := copy(p[n:], m.rest)
		n, m.rest = n+took, m.rest[took:]
	}
	return n, nil
}

func heapInUse() int64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}

// Names that are refused must not be kept, or who sends nothing but rubbish
// fills the memory of who skips it. Measured: 22 MiB at most with two workers, for
// the blocks and errors on their way; the names alone are twice that.
func TestAMillionUnknownPartiesAreRefusedInBoundedMemory(t *testing.T) {
	const bound = 32 << 20
	n := million()
	for _, workers := range []int{1, 2} {
		lines := &lineMaker{most: n, next: func(i int) string {
			return fmt.Sprintf(`{"id":"%d","deal":"d","kind":"approve","party":"party-%d","role":"press","at":"2025-01-01T00:00:00Z"}`+"\n", i, i)
		}}
		before, most, bad := heapInUse(), int64(0), 0
		log, err := bulk.ReadLines(context.Background(), lines, bulk.Template(london(t)), bulk.Options{Workers: workers, Bad: func(e *dealstate.LineError) error {
			if bad++; bad != e.Line {
				return fmt.Errorf("bad line %d is numbered %d", bad, e.Line)
			}
			var field *dealstate.FieldError
			if !errors.As(e, &field) || field.Field != "party" {
				return e
			}
			if bad == 1 && e.Error() != `line 1: party: "party-0" is not a party; want one of us, china` {
				return e
			}
			if bad%(n/5) == 0 {
				most = max(most, heapInUse()-before)
			}
			return nil
		}})
		require.NoError(t, err)
		require.Equal(t, n, bad)
		require.Zero(t, log.Len())
		require.Less(t, most, int64(bound))
		t.Logf("%d workers: %d KiB at most", workers, most>>10)
	}
}

// Names that are good are kept, and counted. MaxBytes is for the finished log:
// while it grows it takes its old columns and the readers' own names besides.
// Measured: 155 MiB for a million, 720 MiB at most on the way, and 300 MiB at most
// under a limit of 256 MiB.
func TestAMillionSpeakersFitOrAreASizeError(t *testing.T) {
	n := million()
	for _, c := range []struct {
		limit   int64
		workers int
	}{{16 << 20, 1}, {256 << 20, 2}, {1 << 30, 2}} {
		lines := &lineMaker{most: n, next: func(i int) string {
			return fmt.Sprintf(`{"id":"%d","deal":"d","kind":"approve","party":"us","by":"speaker-%d","role":"press","at":"2025-01-01T00:00:00Z"}`+"\n", i, i)
		}}
		before, most, calls := heapInUse(), int64(0), 0
		log, err := bulk.ReadLines(context.Background(), lines, bulk.Template(london(t)), bulk.Options{Workers: c.workers, MaxBytes: c.limit, Progress: func(bulk.Progress) {
			if calls++; calls%8 == 0 {
				most = max(most, heapInUse()-before)
			}
		}})
		require.Less(t, most, c.limit+c.limit/2+32<<20)
		t.Logf("limit %d MiB, %d workers: %d MiB at most, %v", c.limit>>20, c.workers, most>>20, err)
		if c.limit == 16<<20 || err != nil {
			var size *bulk.SizeError
			require.ErrorAs(t, err, &size)
			require.Less(t, c.limit, int64(1<<30))
			continue
		}
		require.Equal(t, n, log.Len())
		require.Less(t, heapInUse()-before, c.limit)
		runtime.KeepAlive(log)
	}
}

// Lines of two bytes make errors a hundred times their size. Measured: 3 MiB at most;
// of a whole block's errors at once, 221.
func TestErrorsOfShortLinesDoNotFillTheMemory(t *testing.T) {
	n := million()
	for _, workers := range []int{1, 2} {
		before, most, bad := heapInUse(), int64(0), 0
		_, err := bulk.ReadLines(context.Background(), strings.NewReader(strings.Repeat("x\n", n)), bulk.Template(london(t)), bulk.Options{Workers: workers, Bad: func(e *dealstate.LineError) error {
			if bad++; bad != e.Line {
				return fmt.Errorf("bad line %d is numbered %d", bad, e.Line)
			}
			if bad%(n/5) == 0 {
				most = max(most, heapInUse()-before)
			}
			return nil
		}})
		require.NoError(t, err)
		require.Equal(t, n, bad)
		require.Less(t, most, int64(16<<20))
		t.Logf("%d workers: %d KiB at most", workers, most>>10)
	}
}
