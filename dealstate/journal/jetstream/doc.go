// Package jetstream keeps a journal in a NATS JetStream stream, on as many servers as the
// stream has replicas. Many processes on many machines can use it.
//
//	nc, err := nats.Connect("nats://a,nats://b,nats://c", nats.MaxReconnects(-1))
//	js, err := natsjs.New(nc) // github.com/nats-io/nats.go/jetstream
//	j, err := jetstream.Open(ctx, js, "DEALS", jetstream.Options{Replicas: 3})
//	t, err := tracker.Open(ctx, j, tracker.Options{Policy: dealstate.Official})
//
// A [Store] is a [journal.Journal]: a program that used a file or memory changes only the
// constructor.
//
// # What it promises, and on which condition
//
// The servers must run with
//
//	jetstream { sync_interval: always }
//
// Only then is an acknowledged entry durable: a majority of the servers has synced it. By
// default, servers sync every two minutes. The entries that they acknowledge in between are lost
// if a majority of the machines loses power, or the only machine if there is one replica. Only
// the system account can read this setting. With a connection of that account in
// [Options].System, Open asks each server that keeps the stream, and refuses one that does not
// sync ([SyncError]). Open always checks the settings of the stream itself ([ConfigError]): it
// is kept in files, nothing expires, is dropped, deleted or purged, and appends are acknowledged.
// An open store looks again before an append, once in each Options.Poll: it acknowledges nothing
// in a stream that is set otherwise now, has lost messages, or was deleted and made again.
//
// On that condition, an acknowledged entry survives the crash of any server, and of all servers
// at once. While there is no majority, nothing is acknowledged: appends and readers wait for
// Options.Retry, and then give an [UnavailableError].
//
// An append whose answer is lost is not kept twice. The store publishes the same messages again
// until it knows whether they are kept. If the same append comes later, from another process or
// after a restart, it returns the positions that the entries already have, which it finds by
// the ids of the deal's events. The store does not rely on the message ids of JetStream: a
// server remembers them for a limited time, for all subjects together, and does not compare the
// body.
//
// # When the storage is full
//
// On three or five replicas, an append of several entries is kept whole or not at all, also when
// the storage of an account, a server or a disk is full. Use three.
//
// On one replica the server does not promise that. If its storage becomes full in the middle of
// an atomic batch, it keeps a part of the batch, and server 2.15.2 may acknowledge the whole. So the
// store asks after each batch whether the stream has its last message, and acknowledges nothing
// that the stream does not have. Where a part is kept, the append gives a [PartialError] that says
// how much, and the store acknowledges nothing more. Open finds the part as entries of the journal;
// the same append keeps the rest, unless it was on the version of a deal that the part has changed:
// then it is a *journal.StaleError. Appends of one entry are published each by itself, so they
// are kept or not.
//
// The stream has no hash chain as in [journal.File]. If you need one, copy the journal into a
// File ([journal.Copy]) and keep its head.
//
// # The stream
//
// An entry is a message, and its position is the sequence number of the message. Positions have
// no gaps, because only a message that is kept gets a sequence number, and nothing is ever
// deleted. An append of several entries is an atomic batch of at most a thousand messages;
// servers support batches from 2.12 on.
//
//	subject        the stream's name, a dot, and the deal: letters, digits, - and _ as they
//	               are, each other byte as = and two hex digits; so DEALS.a=2Eb is the deal a.b
//	body           the JSON of the event, as a line of an events file has it, or of the agreement
//	Deal-Accepted  the instant, in RFC 3339 and UTC
//	Deal-By        who had it recorded, path-escaped (RFC 3986); left out where nobody is named
//	Deal-Entry     agreement; left out where the entry is an event
//
// The headers Deal-Append, Nats-Msg-Id, Nats-Batch-… and Nats-Expected-… belong to the
// transaction and say nothing about the entry. The stream's metadata has dealstate-journal: 1,
// the version of this format.
//
// # How it appends
//
// A store decides which entries are new from the messages that it knows. It publishes them on
// the condition that the last message it knows is still the last one
// (Nats-Expected-Last-Sequence). The condition is on the stream, and not only on the deals, for
// two reasons: an entry's Accepted is never earlier than that of the entry before, and an append
// can be on the versions of deals to which it adds nothing. A store has one transaction under
// way at a time; all appends that wait meanwhile share the next one. On several replicas that is
// one atomic batch. On one replica, appends of one entry are published one by one without waiting
// in between, each on the condition that the one before is the last message, by its sequence and
// its id (Nats-Expected-Last-Msg-Id); an append of several entries is a batch of its own.
//
// The first message of each deal also has a condition on the deal's last message
// (Nats-Expected-Last-Subject-Sequence). So the store need not read a deal before it appends to
// it: if the store is wrong, the server refuses, and the store reads the deal.
//
// # Cost
//
// On three servers an append of one writer takes 0.97 to 1.15 times as long as a plain publish
// with the same durability (BENCHMARKS.md), and many writers of one process share a transaction.
// If several processes append all the time, one of them is refused, reads the new messages, and
// tries again: two processes together append less than half as fast as one. Let few processes
// append for many writers.
//
// In a benchmark a deal takes 0.2 to 0.3 kB of memory on each server that keeps the stream, as
// long as the stream exists, and 0.5 to 2.5 kB while the server still holds its messages. A
// store remembers the ids of some 262,144 events, at some hundred bytes each.
//
// Reading a deal takes three requests to the servers; the last one asks whether messages were
// removed from the stream. Any replica can serve a reader. A replica
// can be behind; the reader asks it again until it has what the leader had when the reading
// began. The first [Store.Wait] starts an ordered consumer, which receives the headers of each
// new message from any process.
package jetstream
