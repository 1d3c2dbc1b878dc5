package jetstream_test

import (
	"fmt"
	"iter"
	"testing"
	"time"

	natsjs "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/jetstream"
)

// often lets a store ask before each append how the stream is.
var often = jetstream.Options{Poll: time.Nanosecond}

// fillDeal appends so many entries about one deal.
func fillDeal(t *testing.T, s *jetstream.Store, deal string, n int) {
	t.Helper()
	for i := range n {
		e := note(fmt.Sprint(i), 0)
		e.Event.Deal = deal
		_, err := s.Append(t.Context(), []journal.Entry{e})
		require.NoError(t, err)
	}
}

// endOf gives the error with which a reading ends.
func endOf(entries iter.Seq2[journal.Entry, error]) (last error) {
	for _, err := range entries {
		last = err
	}
	return last
}

// Somebody lets the stream drop what is old, while a store has it open. Reading a deal shows that
// some of it is missing, also where no entry of it is left, and the store acknowledges nothing.
func TestADealOfWhichMessagesWereDroppedIsDamage(t *testing.T) {
	t.Parallel()
	js := connect(t, start(t, 1, always).urls())
	s := open(t, js, fresh(), often)
	fillDeal(t, s, "gone", 2)
	fillDeal(t, s, "half", 4)
	config := jetstream.ConfigOf(s.Stream(), 1)
	config.MaxMsgs, config.Discard = 3, natsjs.DiscardOld
	_, err := js.UpdateStream(t.Context(), config)
	require.NoError(t, err)
	var damage *jetstream.DamageError
	for _, deal := range []string{"gone", "half"} {
		require.ErrorAs(t, endOf(s.ReadDeal(t.Context(), deal, 0)), &damage, deal)
		require.ErrorAs(t, endOf(s.ReadDeals(t.Context(), []string{deal})), &damage, deal)
	}
	_, err = s.Append(t.Context(), []journal.Entry{note("new", 1)})
	require.ErrorAs(t, err, &damage)
}

// Where nothing was dropped yet, the setting alone ends what a store acknowledges.
func TestAStreamThatIsSetOtherwiseLaterTakesNothingMore(t *testing.T) {
	t.Parallel()
	js := connect(t, start(t, 1, always).urls())
	s := open(t, js, fresh(), often)
	fillDeal(t, s, "deal", 2)
	config := jetstream.ConfigOf(s.Stream(), 1)
	config.MaxMsgs, config.Discard = 3, natsjs.DiscardOld
	_, err := js.UpdateStream(t.Context(), config)
	require.NoError(t, err)
	_, err = s.Append(t.Context(), []journal.Entry{note("new", 1)})
	var wrong *jetstream.ConfigError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, "discard", wrong.Setting)
	require.NoError(t, endOf(s.ReadDeal(t.Context(), "deal", 0)), "what is there can be read")
}

// A stream that was deleted and made again is another one, whether it has as many entries as a
// store knew, or more, and whether the store knows what is appended or not.
func TestAStreamThatWasMadeAgainIsDamage(t *testing.T) {
	t.Parallel()
	js := connect(t, start(t, 1, always).urls())
	for _, n := range []int{3, 8} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			s := open(t, js, fresh(), often)
			fillDeal(t, s, "first", 3)
			require.NoError(t, js.DeleteStream(t.Context(), s.Stream()))
			fillDeal(t, open(t, js, s.Stream(), jetstream.Options{}), "second", n)
			for id, deal := range map[string]string{"1": "first", "2": "second", "new": "first"} {
				e := note(id, 0)
				e.Event.Deal = deal
				at, err := s.Append(t.Context(), []journal.Entry{e})
				var damage *jetstream.DamageError
				require.ErrorAs(t, err, &damage, "%s of %s", id, deal)
				require.Nil(t, at)
			}
			var damage *jetstream.DamageError
			require.ErrorAs(t, endOf(s.Read(t.Context(), 0)), &damage)
			require.ErrorAs(t, endOf(s.ReadDeal(t.Context(), "first", 0)), &damage)
		})
	}
}
