// Package jetstream keeps a journal in a NATS JetStream stream, on as many servers as the
// stream has replicas, for any number of processes on any number of machines.
//
//	nc, err := nats.Connect("nats://a,nats://b,nats://c", nats.MaxReconnects(-1))
//	js, err := natsjs.New(nc) // github.com/nats-io/nats.go/jetstream
//	j, err := jetstream.Open(ctx, js, "DEALS", jetstream.Options{Replicas: 3})
//	t, err := tracker.Open(ctx, j, tracker.Options{Policy: dealstate.Official})
//
// A [Store] is a [journal.Journal]: whoever used a file or memory changes the constructor and
// nothing else.
//
// # What it promises, and on which condition
//
// The servers must run with
//
//	jetstream { sync_interval: always }
//
// Only then does an acknowledgement mean that the entry is durable: that each server of a
// majority has synced it. By default, servers sync every two minutes, and what they acknowledged
// meanwhile is lost when the machines of a majority lose power, or the one machine where there
// is one replica. No client is told how a server is set, but one of the system account: given
// its connection in [Options].System, Open asks each server that keeps the stream, and refuses
// one that does not sync ([SyncError]). What the stream itself says, Open always checks
// ([ConfigError]): that it is kept in files, that nothing expires, is dropped, deleted or purged,
// that acknowledgements are given.
//
// On that condition, what was acknowledged survives the crash of any server, and of all at
// once. While there is no majority, nothing is acknowledged: appends and readers wait for
// Options.Retry, and then say so ([UnavailableError]).
//
// An append whose answer is lost is not kept twice. The store publishes the same again until it
// knows what became of it; and whoever appends the same again later, in another process or after
// a restart, is given the position that the entry has, by the ids of its deal's events. Nothing
// rests on the message ids of JetStream, which a server remembers for a while only, for all
// subjects together and whatever the body.
//
// The stream has no chain of hashes, as [journal.File] has. Whoever needs that copies the
// journal into a File ([journal.Copy]), and keeps its head.
//
// # The stream
//
// An entry is a message, and its position the sequence of the message: positions are dense,
// because a sequence is given to what was kept only, and nothing is ever deleted. An append of
// several entries is an atomic batch, which servers have from 2.12 on; at most a thousand.
//
//	subject        the stream's name, a dot, and the deal: letters, digits, - and _ as they
//	               are, each other byte as = and two hex digits; so DEALS.a=2Eb is the deal a.b
//	body           the JSON of the event, as a line of an events file has it, or of the agreement
//	Deal-Accepted  the instant, in RFC 3339 and UTC
//	Deal-By        who had it recorded, path-escaped (RFC 3986); left out where nobody is named
//	Deal-Entry     agreement; left out where the entry is an event
//
// Deal-Append, Nats-Msg-Id, Nats-Batch-… and Nats-Expected-… are those of the transaction, and
// say nothing about the entry. The stream's metadata say dealstate-journal: 1, the version of
// this format.
//
// # How it appends
//
// A store decides which entries are new as of the last message that it knows, and publishes
// them on the condition that this is still the last one (Nats-Expected-Last-Sequence). The
// condition is on the stream, and not only on the deals, because an entry's Accepted is never
// earlier than that of the one before, and because an append may be on the versions of deals
// that it adds nothing to. One transaction of a store is on its way at a time; all appends that
// wait meanwhile share the next.
//
// Each first message of a deal is besides on the condition that the deal is where the store
// knows it to be (Nats-Expected-Last-Subject-Sequence). So it need not look at a deal before it
// appends to it: if a guess is wrong, the server refuses, and it looks.
//
// # Cost
//
// An append costs what a bare publish costs with the same durability, within a few per cent, and
// many writers of one process share a transaction. Where several processes append all the
// time, one of them is refused, reads what came, and tries again: together they do less than half
// of what one does alone. So let few processes append for many writers.
//
// A deal costs each server that keeps the stream 0.2 to 0.3 kB of memory for its subject, for as
// long as the stream is there, and up to some kB while the server still holds its messages:
// reckon with a kilobyte a deal, a gigabyte for a million. A store remembers the
// ids of some 262,144 events, at some hundred bytes each.
//
// Reading a deal is two questions to the servers. A reader is served by any replica, which can
// be behind: it is asked again until it has what the leader had when the reading began. Who
// waits hears at once of what is appended anywhere: the first [Store.Wait] starts an ordered
// consumer, which is sent the headers of each new message.
package jetstream
