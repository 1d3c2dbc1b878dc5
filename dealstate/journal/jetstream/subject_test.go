package jetstream_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/jetstream"
)

func TestASubjectShowsTheDealWhereItCan(t *testing.T) {
	t.Parallel()
	for deal, want := range map[string]string{"london": "D.london", "us-china_2025": "D.us-china_2025", "a.b": "D.a=2Eb", "=": "D.=3D", "习": "D.=E4=B9=A0", "*": "D.=2A", ">": "D.=3E", "a=2Eb": "D.a=3D2Eb"} {
		require.Equal(t, want, jetstream.SubjectOf("D", deal))
	}
}

// No two ids have one subject, and each is one that a server takes, of bounded length.
func FuzzSubject(f *testing.F) {
	for _, deal := range []string{"london", "a.b", "习近平", "=2E", ".", "a b", "\x00", strings.Repeat("长", 85)} {
		f.Add(deal, "a=2Eb")
	}
	f.Fuzz(func(t *testing.T, one, other string) {
		if one == "" {
			return
		}
		subject := jetstream.SubjectOf("D", one)
		require.True(t, server.IsValidLiteralSubject(subject), "%q", subject)
		require.Equal(t, 1, strings.Count(subject, "."))
		require.LessOrEqual(t, len(subject), 2+3*len(one))
		require.Equal(t, one == other, subject == jetstream.SubjectOf("D", other))
	})
}

// What is too long for an id is no deal of which there could be anything.
func TestWhatCannotBeADealHasNothing(t *testing.T) {
	t.Parallel()
	s := open(t, connect(t, start(t, 1, lazily).urls()), fresh(), jetstream.Options{})
	long := strings.Repeat("长", 1<<20)
	_, err := s.Append(t.Context(), []journal.Entry{note("1", 1)}, journal.Version{Deal: long})
	require.NoError(t, err)
	_, err = s.Append(t.Context(), []journal.Entry{note("2", 1)}, journal.Version{Deal: long, Position: 1})
	var stale *journal.StaleError
	require.ErrorAs(t, err, &stale)
	for range s.ReadDeal(t.Context(), long, 0) {
		t.Fatal("there is something")
	}
	for range s.ReadDeals(t.Context(), []string{long, ""}) {
		t.Fatal("there is something")
	}
}

// A name of a server, and what it says, may be strangers' text; no error acts on a terminal.
func TestErrorsQuoteStrangersInert(t *testing.T) {
	t.Parallel()
	const hostile = "a\x1b[2Jb\nc\u202ed"
	for _, err := range []error{&jetstream.ConfigError{Stream: hostile, Setting: hostile, Problem: hostile}, &jetstream.SyncError{Stream: hostile, Server: hostile}, &jetstream.SizeError{What: "bytes"},
		&jetstream.UnavailableError{Stream: hostile, Err: errors.New(hostile)}, &jetstream.DamageError{Stream: hostile, Problem: hostile}} {
		require.False(t, strings.ContainsAny(err.Error(), "\x1b\n\u202e"), "%T: %q", err, err)
	}
}
