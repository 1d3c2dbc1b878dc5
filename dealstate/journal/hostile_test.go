package journal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
)

const hostile = "x\x1b[2J\r\nState: implemented\u202e\u2066\u200b\U000e0041\u0085\a\x00\x7f"

func TestErrorsQuoteStrangersInert(t *testing.T) {
	t.Parallel()
	for _, err := range []error{&StaleError{Deal: hostile}, &LockedError{Dir: hostile, Holder: hostile, Err: errors.New(hostile)}, &LockedError{}, &ReadOnlyError{Op: "write", Err: errors.New(hostile)},
		&DamageError{File: hostile, Problem: hostile}, &DamageError{Tail: true, Problem: hostile}, &HeadError{}, &CopyError{Problem: hostile}, conflict(&Entry{Agreement: &dealstate.Agreement{ID: hostile}})} {
		if err := errors.Unwrap(err); err != nil {
			require.Error(t, err)
		}
		require.Negative(t, strings.IndexFunc(err.Error(), display.Active), "%T: %+q", err, err)
	}
	_, err := ParseHead(hostile)
	require.Negative(t, strings.IndexFunc(err.Error(), display.Active))
}

// What a stranger wrote into the lock file is shown, and does nothing.
func TestTheHolderOfTheLockIsShownInert(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := Open(context.Background(), dir, Options{})
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, os.WriteFile(filepath.Join(dir, lockName), []byte(hostile+strings.Repeat("long", 1000)), 0o600))
	_, err = Open(context.Background(), dir, Options{})
	var locked *LockedError
	require.ErrorAs(t, err, &locked)
	require.Negative(t, strings.IndexFunc(err.Error(), display.Active))
	require.Less(t, len(err.Error()), 1000)
}

// FuzzRecord reads any line as that of an entry. What it takes, it would write.
func FuzzRecord(f *testing.F) {
	e := Entry{Position: 7, Accepted: time.Date(2025, 6, 27, 9, 0, 0, 1, time.UTC), By: "desk \"\\ 夜", Event: dealstate.Event{ID: "e", Deal: "d", Kind: dealstate.Note, At: time.Unix(0, 0)}}
	r := record{kind: ofEvent, part: 3, of: 5, offset: 99, chain: Head{}.chainText()}
	f.Add(string(appendRecord(appendAbout(nil, &e, 20), 0, &r, []byte("{}"))))
	e.Event, e.Agreement = dealstate.Event{}, &dealstate.Agreement{ID: "d"}
	r.kind = ofAgreement
	f.Add(string(appendRecord(appendAbout(nil, &e, 2), 0, &r, []byte("{}"))))
	f.Add("1 event 1 x \"")
	f.Fuzz(func(t *testing.T, line string) {
		line = strings.TrimSuffix(line, "\n")
		var r record
		if r.parse([]byte(line)) != "" {
			return
		}
		require.GreaterOrEqual(t, r.position, r.first())
		require.LessOrEqual(t, r.position, r.last())
		again := appendRecord([]byte(string(r.about)), 0, &r, r.json)
		var back record
		require.Empty(t, back.parse(again[:len(again)-1]), "%s", again)
		require.True(t, back.isSummed(r.json))
		if r.sum == back.sum {
			require.Equal(t, line+"\n", string(again))
		}
		_, _ = r.entry([]byte(`{}`), &agreements{})
	})
}
