package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// The mark of our streams, among their metadata: the version of the format of messages.
const (
	markKey   = "dealstate-journal"
	markValue = "1"
)

// duplicates is for how long the servers remember message ids. There is one in the first
// message of each transaction; a retry within this time is answered a little sooner.
const duplicates = 30 * time.Second

// configOf is what a new stream is set to.
func configOf(stream string, replicas int) jetstream.StreamConfig {
	return jetstream.StreamConfig{Name: stream, Description: "a journal of deals", Subjects: []string{stream + ".*"}, Storage: jetstream.FileStorage, Replicas: max(1, replicas),
		Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardNew, MaxMsgs: -1, MaxBytes: -1, MaxMsgsPerSubject: -1, MaxMsgSize: -1, MaxConsumers: -1, Duplicates: duplicates,
		DenyDelete: true, DenyPurge: true, AllowDirect: true, AllowAtomicPublish: true, Metadata: map[string]string{markKey: markValue}}
}

// settings lists what a stream must be set to, by the names that the server has for it.
var settings = []struct {
	name string
	is   func(*jetstream.StreamConfig) any
	want any
	why  string
}{
	{"metadata." + markKey, func(c *jetstream.StreamConfig) any { return c.Metadata[markKey] }, markValue, "it is another program's, or a later version's"},
	{"subjects", func(c *jetstream.StreamConfig) any {
		return len(c.Subjects) == 1 && c.Subjects[0] == c.Name+".*"
	}, true, "a journal has the one subject that is its name and .*"},
	{"storage", func(c *jetstream.StreamConfig) any { return c.Storage }, jetstream.FileStorage, "memory forgets"},
	{"persist_mode", func(c *jetstream.StreamConfig) any { return c.PersistMode }, jetstream.DefaultPersistMode, "what is written later is acknowledged too early"},
	{"retention", func(c *jetstream.StreamConfig) any { return c.Retention }, jetstream.LimitsPolicy, "any other removes entries"},
	{"discard", func(c *jetstream.StreamConfig) any {
		return c.Discard == jetstream.DiscardNew || c.MaxMsgs <= 0 && c.MaxBytes <= 0
	}, true, "a full stream must refuse what is new, not drop what is old"},
	{"max_age", func(c *jetstream.StreamConfig) any { return c.MaxAge }, time.Duration(0), "entries would be dropped"},
	{"max_msgs_per_subject", func(c *jetstream.StreamConfig) any { return c.MaxMsgsPerSubject <= 0 }, true, "entries would be dropped"},
	{"max_msg_size", func(c *jetstream.StreamConfig) any { return c.MaxMsgSize <= 0 }, true, "the servers' max_payload alone bounds an entry"},
	{"deny_delete", func(c *jetstream.StreamConfig) any { return c.DenyDelete }, true, "entries are only added"},
	{"deny_purge", func(c *jetstream.StreamConfig) any { return c.DenyPurge }, true, "entries are only added"},
	{"allow_rollup_hdrs", func(c *jetstream.StreamConfig) any { return c.AllowRollup }, false, "entries are only added"},
	{"allow_msg_ttl", func(c *jetstream.StreamConfig) any { return c.AllowMsgTTL }, false, "entries would be dropped"},
	{"no_ack", func(c *jetstream.StreamConfig) any { return c.NoAck }, false, "nothing would be acknowledged"},
	{"mirror", func(c *jetstream.StreamConfig) any { return c.Mirror == nil && len(c.Sources) == 0 }, true, "entries come from appends only"},
	{"subject_transform", func(c *jetstream.StreamConfig) any { return c.SubjectTransform == nil }, true, "the subject is the deal"},
	{"allow_direct", func(c *jetstream.StreamConfig) any { return c.AllowDirect }, true, "readers ask any replica"},
	{"allow_atomic", func(c *jetstream.StreamConfig) any { return c.AllowAtomicPublish }, true, "several entries are kept all or none; servers can from 2.12 on"},
}

// prepare makes the stream where there is none, and looks at what can be seen of it.
func (s *Store) prepare(ctx context.Context) (info *jetstream.StreamInfo, err error) {
	err = s.insist(ctx, "open", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, attempt)
		defer cancel()
		stream, err := s.js.Stream(ctx, s.stream)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			stream, err = s.js.CreateStream(ctx, configOf(s.stream, s.options.Replicas))
		}
		if err != nil {
			return err
		}
		info = stream.CachedInfo()
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("journal/jetstream: open stream %s: %w", s.stream, err)
	}
	if err := s.checkConfig(&info.Config); err != nil {
		return nil, err
	}
	if err := complete(s.stream, int64(info.State.Msgs), int64(info.State.LastSeq), int64(info.State.NumDeleted)); err != nil {
		return nil, err
	}
	return info, s.checkSync(ctx, info)
}

// checkSettings holds a stream to the settings.
func checkSettings(c *jetstream.StreamConfig) error {
	for _, setting := range settings {
		if is := setting.is(c); is != setting.want {
			return &ConfigError{Stream: c.Name, Setting: setting.name, Problem: fmt.Sprintf("%v; want %v: %s", is, setting.want, setting.why)}
		}
	}
	return nil
}

// checkConfig holds a stream to the settings and to Options.Replicas.
func (s *Store) checkConfig(c *jetstream.StreamConfig) error {
	if err := checkSettings(c); err != nil {
		return err
	}
	if want := s.options.Replicas; want > 0 && c.Replicas != want {
		return &ConfigError{Stream: s.stream, Setting: "num_replicas", Problem: fmt.Sprintf("%d; want %d, as Options.Replicas says", c.Replicas, want)}
	}
	return nil
}

// checkSync asks the servers that keep the stream whether they sync, where it may.
func (s *Store) checkSync(ctx context.Context, info *jetstream.StreamInfo) error {
	if s.options.System == nil {
		return nil
	}
	for _, server := range s.keepers(info) {
		synced, err := s.syncs(ctx, server)
		if err != nil {
			return &SyncError{Stream: s.stream, Server: server, Silent: true}
		}
		if !synced {
			return &SyncError{Stream: s.stream, Server: server}
		}
	}
	return nil
}

// keepers lists the servers that keep the stream.
func (s *Store) keepers(info *jetstream.StreamInfo) []string {
	if info.Cluster == nil || info.Cluster.Leader == "" {
		return []string{s.js.Conn().ConnectedServerName()}
	}
	servers := []string{info.Cluster.Leader}
	for _, r := range info.Cluster.Replicas {
		servers = append(servers, r.Name)
	}
	slices.Sort(servers)
	return servers
}

// syncs asks a server, by its name, whether it runs with sync_interval: always.
func (s *Store) syncs(ctx context.Context, server string) (synced bool, err error) {
	filter, err := json.Marshal(map[string]any{"server_name": server, "exact_match": true})
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	m, err := s.options.System.RequestWithContext(ctx, "$SYS.REQ.SERVER.PING.VARZ", filter)
	if err != nil {
		return false, err
	}
	var answer struct {
		Data struct {
			JetStream struct {
				Config struct {
					Always bool `json:"sync_always"`
				} `json:"config"`
			} `json:"jetstream"`
		} `json:"data"`
	}
	err = json.Unmarshal(m.Data, &answer)
	return answer.Data.JetStream.Config.Always, err
}
