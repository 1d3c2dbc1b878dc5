package jetstream_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/jetstream"
)

// A message id keeps nothing from being doubled: within the window it drops a message of
// another subject and body, and after the window it lets the same one in again. A store does
// neither, for it goes by the deals' own ids.
func TestIdempotencyDoesNotRestOnMessageIDs(t *testing.T) {
	t.Parallel()
	js := connect(t, start(t, 1, always).urls())
	stream := fresh()
	config := jetstream.ConfigOf(stream, 1)
	config.Duplicates = 100 * time.Millisecond // the least that a server takes
	_, err := js.CreateStream(t.Context(), config)
	require.NoError(t, err)
	bare := func(deal, body string) *natsjs.PubAck {
		ack, err := js.PublishMsg(t.Context(), &nats.Msg{Subject: stream + "." + deal, Data: []byte(body), Header: nats.Header{natsjs.MsgIDHeader: {"the-same"}}})
		require.NoError(t, err)
		return ack
	}
	other := fresh()
	s := open(t, js, other, jetstream.Options{})
	at, err := s.Append(t.Context(), []journal.Entry{note("1", 1)})
	require.NoError(t, err)
	require.Equal(t, []int64{1}, at)

	require.False(t, bare("a", "one").Duplicate)
	require.Eventually(t, func() bool { return bare("b", "another").Duplicate }, time.Minute, time.Microsecond, "another deal's entry is dropped within the window")
	require.Eventually(t, func() bool { return !bare("a", "one").Duplicate }, time.Minute, time.Millisecond, "the same is kept twice after the window")

	again := open(t, connect(t, js.Conn().ConnectedUrl()), other, jetstream.Options{})
	for _, s := range []*jetstream.Store{s, again} { // of another process, which never heard of it
		at, err = s.Append(t.Context(), []journal.Entry{note("1", 1), note("1", 2)})
		require.NoError(t, err)
		require.Equal(t, []int64{1, 2}, at, "the same again is kept once, and the same id of another deal is no duplicate")
	}
}

// A server refuses what is on a sequence that is not the last with one of two codes; both mean
// that somebody else appended.
func TestBothCodesOfAWrongLastSequenceMeanThatSomebodyElseAppended(t *testing.T) {
	t.Parallel()
	c := start(t, 3, always)
	stream := fresh()
	s := open(t, connect(t, c.urls()), stream, jetstream.Options{Replicas: 3})
	js := connect(t, c.leader(t, connect(t, c.urls()), stream).url)
	first := func(deal string) (code natsjs.ErrorCode) {
		_, err := js.PublishMsg(t.Context(), &nats.Msg{Subject: jetstream.SubjectOf(stream, deal), Header: nats.Header{natsjs.ExpectedLastSubjSeqHeader: {"0"}}})
		if err == nil {
			return 0
		}
		var api *natsjs.APIError
		if !errors.As(err, &api) || !jetstream.IsMoved(err) || !jetstream.Passes(err) {
			t.Errorf("%v is not taken for what it is", err)
			return 0
		}
		return api.ErrorCode
	}
	seen := map[natsjs.ErrorCode]bool{}
	for i := 0; !seen[10164]; i++ { // while the first one is on its way
		codes := make([]natsjs.ErrorCode, 8)
		var racing sync.WaitGroup
		for k := range codes {
			racing.Go(func() { codes[k] = first(fmt.Sprint("deal-", i)) })
		}
		racing.Wait()
		for _, code := range codes {
			seen[code] = true
		}
		require.Less(t, i, 500, "seen: %v", seen)
	}
	seen[first("deal-0")] = true // when it has arrived
	delete(seen, 0)
	require.Equal(t, map[natsjs.ErrorCode]bool{10071: true, 10164: true}, seen)
	require.False(t, jetstream.IsMoved(&natsjs.APIError{ErrorCode: 10077}))
	require.False(t, jetstream.Passes(&natsjs.APIError{ErrorCode: 10077}), "a full stream does not pass")
	require.NoError(t, s.Close())
}

// Stores of two connections append on one version at once, on three servers: one may.
func TestOfTwoStoresOneAppendsOnAVersion(t *testing.T) {
	t.Parallel()
	c := start(t, 3, always)
	stream := fresh()
	var stores []*jetstream.Store
	for range 2 {
		stores = append(stores, open(t, connect(t, c.urls()), stream, jetstream.Options{Replicas: 3}))
	}
	for round := range int64(15) {
		errs := make([]error, 6)
		var racing sync.WaitGroup
		for i := range errs {
			racing.Go(func() {
				_, errs[i] = stores[i%2].Append(t.Context(), []journal.Entry{note(fmt.Sprint(round, "-", i), 0)}, journal.Version{Deal: "deal-0", Position: round})
			})
		}
		racing.Wait()
		won := 0
		for _, err := range errs {
			var stale *journal.StaleError
			if err == nil {
				won++
			} else {
				require.ErrorAs(t, err, &stale)
			}
		}
		require.Equal(t, 1, won)
	}
}

// What another store appends is heard of by who waits.
func TestAWaiterHearsOfWhatAnotherStoreAppends(t *testing.T) {
	t.Parallel()
	c := start(t, 1, always)
	stream := fresh()
	one := open(t, connect(t, c.urls()), stream, jetstream.Options{Poll: time.Hour}) // by its consumer, then
	other := open(t, connect(t, c.urls()), stream, jetstream.Options{})
	for at := range int64(20) {
		waited := make(chan error, 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		go func() { waited <- one.Wait(ctx, at) }()
		have, err := other.Append(t.Context(), []journal.Entry{note(fmt.Sprint(at), int(at))})
		require.NoError(t, err)
		require.Equal(t, []int64{at + 1}, have)
		require.NoError(t, <-waited)
		cancel()
	}
}

// A connection that was closed does not come back: all that is asked is answered at once.
func TestAStoreOnAClosedConnectionIsUnavailable(t *testing.T) {
	t.Parallel()
	js := connect(t, start(t, 1, always).urls())
	s := open(t, js, fresh(), jetstream.Options{Retry: time.Hour})
	_, err := s.Append(t.Context(), []journal.Entry{note("1", 1)})
	require.NoError(t, err)
	js.Conn().Close()
	var gone *jetstream.UnavailableError
	_, err = s.Append(t.Context(), []journal.Entry{note("2", 1)})
	require.ErrorAs(t, err, &gone)
	_, err = s.Append(t.Context(), []journal.Entry{note("2", 1), note("3", 1)})
	require.ErrorAs(t, err, &gone)
	_, err = s.Last(t.Context())
	require.ErrorAs(t, err, &gone)
	require.ErrorAs(t, endOf(s.Read(t.Context(), 0)), &gone)
	require.ErrorAs(t, endOf(s.ReadDeal(t.Context(), "deal-1", 0)), &gone)
	require.ErrorAs(t, s.Wait(t.Context(), 1), &gone)
	_, err = jetstream.Open(t.Context(), js, s.Stream(), jetstream.Options{Retry: time.Hour})
	require.ErrorAs(t, err, &gone)
}

// A stream that was deleted refuses all.
func TestADeletedStreamRefuses(t *testing.T) {
	t.Parallel()
	js := connect(t, start(t, 1, always).urls())
	s := open(t, js, fresh(), often)
	require.NoError(t, js.DeleteStream(t.Context(), s.Stream()))
	var refused *jetstream.RefusedError
	_, err := s.Append(t.Context(), []journal.Entry{note("1", 1)})
	require.ErrorAs(t, err, &refused)
	require.ErrorAs(t, endOf(s.Read(t.Context(), 0)), &refused)
	require.ErrorAs(t, endOf(s.ReadDeal(t.Context(), "deal-1", 0)), &refused)
}

// A consumer is a file on each server: Close leaves none, also where an outage let the client make
// a second one.
func TestCloseLeavesNoConsumerOnTheServer(t *testing.T) {
	t.Parallel()
	c := start(t, 1, always)
	js := connect(t, c.urls())
	consumers := func(stream string) int {
		info, err := js.Stream(t.Context(), stream)
		require.NoError(t, err)
		return info.CachedInfo().State.Consumers
	}
	s := open(t, connect(t, c.urls()), fresh(), jetstream.Options{})
	waited := make(chan error, 1)
	go func() { waited <- s.Wait(t.Context(), 1<<40) }()
	require.Eventually(t, func() bool { return consumers(s.Stream()) == 1 }, time.Minute, time.Millisecond, "the waiter has no consumer")
	c.servers[0].kill()
	c.servers[0].start(t)
	c.wait(t)
	_, err := s.Append(t.Context(), []journal.Entry{note("1", 1)})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.ErrorIs(t, <-waited, journal.ErrClosed)
	require.Zero(t, consumers(s.Stream()))
}

// While nothing answers, an append says so, and no sooner than it was told to.
func TestAStreamThatDoesNotAnswerIsUnavailable(t *testing.T) {
	t.Parallel()
	c := start(t, 1, always)
	s := open(t, connect(t, c.urls()), fresh(), jetstream.Options{Retry: 10 * time.Millisecond})
	_, err := s.Append(t.Context(), []journal.Entry{note("1", 1)})
	require.NoError(t, err)
	c.servers[0].kill()
	_, err = s.Append(t.Context(), []journal.Entry{note("2", 1)})
	var gone *jetstream.UnavailableError
	require.ErrorAs(t, err, &gone)
	require.Equal(t, "append", gone.Op)
	require.NotErrorIs(t, err, context.DeadlineExceeded, "the caller's context has not ended")
	_, err = s.Last(t.Context())
	require.ErrorAs(t, err, &gone)
	require.NotErrorIs(t, err, context.DeadlineExceeded)
	for _, err := range s.Read(t.Context(), 0) {
		require.ErrorAs(t, err, &gone)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Append(ended, []journal.Entry{note("2", 1)})
	require.ErrorIs(t, err, context.Canceled)
	c.servers[0].start(t)
	require.Eventually(t, func() bool {
		at, err := s.Append(t.Context(), []journal.Entry{note("2", 1), note("1", 1)})
		return err == nil && at[0] == 2 && at[1] == 1
	}, time.Minute, time.Millisecond, "appending again is safe, and works once the server is back")
}
