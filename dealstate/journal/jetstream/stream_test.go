package jetstream_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/journal"
	"github.com/fe115bb3/dealtracker/dealstate/journal/jetstream"
)

func TestAStreamThatIsNoJournalIsRefusedAndNotChanged(t *testing.T) {
	t.Parallel()
	js := connect(t, start(t, 1, always).urls())
	for setting, spoil := range map[string]func(*natsjs.StreamConfig){
		"metadata.dealstate-journal": func(c *natsjs.StreamConfig) { c.Metadata = nil },
		"subjects":                   func(c *natsjs.StreamConfig) { c.Subjects = []string{c.Name + ".>"} },
		"storage":                    func(c *natsjs.StreamConfig) { c.Storage = natsjs.MemoryStorage },
		"persist_mode":               func(c *natsjs.StreamConfig) { c.PersistMode, c.AllowAtomicPublish = natsjs.AsyncPersistMode, false },
		"retention":                  func(c *natsjs.StreamConfig) { c.Retention = natsjs.WorkQueuePolicy },
		"discard":                    func(c *natsjs.StreamConfig) { c.Discard, c.MaxMsgs = natsjs.DiscardOld, 1000 },
		"max_age":                    func(c *natsjs.StreamConfig) { c.MaxAge = time.Hour },
		"max_msgs_per_subject":       func(c *natsjs.StreamConfig) { c.MaxMsgsPerSubject = 10 },
		"max_msg_size":               func(c *natsjs.StreamConfig) { c.MaxMsgSize = 1000 },
		"deny_delete":                func(c *natsjs.StreamConfig) { c.DenyDelete = false },
		"deny_purge":                 func(c *natsjs.StreamConfig) { c.DenyPurge = false },
		"allow_rollup_hdrs":          func(c *natsjs.StreamConfig) { c.AllowRollup, c.DenyPurge = true, false },
		"allow_msg_ttl":              func(c *natsjs.StreamConfig) { c.AllowMsgTTL = true },
		"no_ack":                     func(c *natsjs.StreamConfig) { c.NoAck = true },
		"mirror":                     func(c *natsjs.StreamConfig) { c.Sources = []*natsjs.StreamSource{{Name: "OTHER"}} },
		"subject_transform": func(c *natsjs.StreamConfig) {
			c.SubjectTransform = &natsjs.SubjectTransformConfig{Source: c.Name + ".*", Destination: "x.{{wildcard(1)}}"}
		},
		"allow_direct": func(c *natsjs.StreamConfig) { c.AllowDirect = false },
		"allow_atomic": func(c *natsjs.StreamConfig) { c.AllowAtomicPublish = false },
	} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			config := jetstream.ConfigOf(fresh(), 1)
			spoil(&config)
			made, err := js.CreateStream(t.Context(), config)
			require.NoError(t, err)
			_, err = jetstream.Open(t.Context(), js, config.Name, jetstream.Options{})
			var wrong *jetstream.ConfigError
			require.ErrorAs(t, err, &wrong)
			if setting == "allow_rollup_hdrs" || setting == "persist_mode" {
				return // another setting, which must go with it, is named
			}
			require.Equal(t, setting, wrong.Setting)
			now, err := js.Stream(t.Context(), config.Name)
			require.NoError(t, err)
			require.True(t, reflect.DeepEqual(made.CachedInfo().Config, now.CachedInfo().Config))
		})
	}
	limited := jetstream.ConfigOf(fresh(), 1)
	limited.MaxMsgs = 2
	_, err := js.CreateStream(t.Context(), limited)
	require.NoError(t, err)
	s := open(t, js, limited.Name, jetstream.Options{})
	_, err = s.Append(t.Context(), []journal.Entry{note("1", 1), note("2", 1), note("3", 1)})
	var full *jetstream.RefusedError
	require.ErrorAs(t, err, &full)
	require.Equal(t, "append", full.Op)
	require.ErrorContains(t, err, "maximum messages exceeded")
	at, err := s.Append(t.Context(), []journal.Entry{note("1", 1), note("2", 1)})
	require.NoError(t, err, "a full stream refuses, and keeps what it has")
	require.Equal(t, []int64{1, 2}, at)
	_, err = s.Append(t.Context(), []journal.Entry{note("3", 1)})
	require.ErrorContains(t, err, "maximum messages exceeded")
}

func TestOptionsThatCannotBeMeantNameTheirField(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]jetstream.Options{"options.replicas": {Replicas: 6}, "options.retry": {Retry: -1}, "options.poll": {Poll: -1}} {
		_, err := jetstream.Open(t.Context(), nil, "DEALS", o)
		var wrong *dealstate.FieldError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, name, wrong.Field)
	}
	for _, stream := range []string{"", "a.b", "a*", ">", "a b", "é", strings.Repeat("a", 65), "a\x00"} {
		_, err := jetstream.Open(t.Context(), nil, stream, jetstream.Options{})
		var wrong *dealstate.FieldError
		require.ErrorAs(t, err, &wrong, stream)
		require.Equal(t, "stream", wrong.Field)
	}
}

// Where it is given the system account, Open asks every server that keeps the stream.
func TestOpenRefusesServersThatDoNotSyncWhatTheyAcknowledge(t *testing.T) {
	t.Parallel()
	c := start(t, 3, lazily)
	js := connect(t, c.urls())
	stream := fresh()
	var lazy *jetstream.SyncError
	_, err := jetstream.Open(t.Context(), js, stream, jetstream.Options{Replicas: 3, System: system(t, c.urls())})
	require.ErrorAs(t, err, &lazy)
	require.False(t, lazy.Silent)
	require.Contains(t, err.Error(), "sync_interval: always")
	_, err = jetstream.Open(t.Context(), js, stream, jetstream.Options{Replicas: 3, System: js.Conn()})
	require.ErrorAs(t, err, &lazy)
	require.True(t, lazy.Silent, "another account is not told")
	_, err = jetstream.Open(t.Context(), js, stream, jetstream.Options{Replicas: 1})
	var wrong *jetstream.ConfigError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, "num_replicas", wrong.Setting)
}

// What somebody else has put into the stream is found out where it is read, and named.
func TestMessagesThatAreNoEntriesAreDamage(t *testing.T) {
	t.Parallel()
	js := connect(t, start(t, 1, always).urls())
	accepted, body := "2025-06-10T00:00:01Z", `{"id":"2","deal":"deal-1","kind":"note","at":"2025-06-10T00:00:00Z"}`
	for problem, m := range map[string]*nats.Msg{
		"Deal-Accepted":        {Subject: "deal-1", Data: []byte(body)},
		"Deal-By":              {Subject: "deal-1", Data: []byte(body), Header: nats.Header{"Deal-Accepted": {accepted}, "Deal-By": {"%zz"}}},
		"Deal-Entry":           {Subject: "deal-1", Data: []byte(body), Header: nats.Header{"Deal-Accepted": {accepted}, "Deal-Entry": {"x"}}},
		"has the subject":      {Subject: "deal-2", Data: []byte(body), Header: nats.Header{"Deal-Accepted": {accepted}}},
		"kind":                 {Subject: "deal-1", Data: []byte(`{"id":"2","deal":"deal-1","kind":"x"}`), Header: nats.Header{"Deal-Accepted": {accepted}}},
		"ends too early":       {Subject: "deal-1", Header: nats.Header{"Deal-Accepted": {accepted}}},
		"parties":              {Subject: "deal-1", Data: []byte(`{"id":"deal-1"}`), Header: nats.Header{"Deal-Accepted": {accepted}, "Deal-Entry": {"agreement"}}},
		"Deal-Accepted: parsi": {Subject: "deal-1", Data: []byte(body), Header: nats.Header{"Deal-Accepted": {"yesterday"}}},
	} {
		t.Run(problem, func(t *testing.T) {
			t.Parallel()
			s := open(t, js, fresh(), jetstream.Options{})
			_, err := s.Append(t.Context(), []journal.Entry{note("1", 1)})
			require.NoError(t, err)
			foreign := *m
			foreign.Subject = s.Stream() + "." + m.Subject
			_, err = js.PublishMsg(t.Context(), &foreign)
			require.NoError(t, err)
			var damage *jetstream.DamageError
			n := int64(0)
			for _, err := range s.Read(t.Context(), 0) {
				if n++; err != nil {
					require.ErrorAs(t, err, &damage)
				}
			}
			require.NotNil(t, damage)
			require.Equal(t, []int64{2, 2}, []int64{damage.Position, n})
			require.Contains(t, damage.Problem, problem)
		})
	}
}

// Servers that come back with less than they had acknowledged, as from an old copy of their
// disks, are found out, and nothing is added to what they have.
func TestAStreamThatHasLostEntriesIsDamage(t *testing.T) {
	t.Parallel()
	js := connect(t, start(t, 1, always).urls())
	s := open(t, js, fresh(), jetstream.Options{})
	for i := range 3 {
		_, err := s.Append(t.Context(), []journal.Entry{note(fmt.Sprint(i), 1)})
		require.NoError(t, err)
	}
	require.NoError(t, js.DeleteStream(t.Context(), s.Stream()))
	again := open(t, js, s.Stream(), jetstream.Options{})
	_, err := again.Append(t.Context(), []journal.Entry{note("0", 1)})
	require.NoError(t, err)
	_, err = s.Append(t.Context(), []journal.Entry{note("3", 1)})
	var damage *jetstream.DamageError
	require.ErrorAs(t, err, &damage)
	require.EqualValues(t, 2, damage.Position)
	require.Contains(t, err.Error(), "gone")
}

// What is larger than the servers take is refused before anything is sent.
func TestWhatIsTooLargeIsASizeError(t *testing.T) {
	t.Parallel()
	js := connect(t, start(t, 1, lazily).urls())
	s := open(t, js, fresh(), jetstream.Options{})
	large := dealstate.Agreement{ID: "d", Parties: []dealstate.Party{{ID: "us"}}}
	for i := range 80 {
		large.Commitments = append(large.Commitments, dealstate.Commitment{ID: fmt.Sprint(i), Party: "us", Title: strings.Repeat("t", 15000)})
	}
	var size *jetstream.SizeError
	_, err := s.Append(t.Context(), []journal.Entry{note("1", 1), {Accepted: time.Now(), Agreement: &large}})
	require.ErrorAs(t, err, &size)
	require.Contains(t, err.Error(), "entry 2 of 2")
	many := make([]journal.Entry, 1001)
	for i := range many {
		many[i] = note(fmt.Sprint(i), i)
	}
	none, err := s.Append(t.Context(), many)
	require.ErrorAs(t, err, &size)
	require.Nil(t, none, "nothing was kept, and so nothing has a position")
	require.Equal(t, jetstream.SizeError{What: "new entries of one append", Have: 1001, Most: 1000}, *size)
	at, err := s.Append(t.Context(), many[1:])
	require.NoError(t, err)
	require.EqualValues(t, 1000, at[999])
	at, err = s.Append(t.Context(), many)
	require.NoError(t, err, "one of them is new")
	require.Equal(t, []int64{1001, 1}, at[:2])
	longest := note("longest", 1)
	longest.By = strings.Repeat("\x01", 16<<10) // which is as long as can be where it is escaped
	_, err = s.Append(t.Context(), []journal.Entry{longest})
	require.NoError(t, err)
	last := journal.Entry{}
	for e, err := range s.Read(t.Context(), 1001) {
		require.NoError(t, err)
		last = e
	}
	require.Equal(t, longest.By, last.By)
}
