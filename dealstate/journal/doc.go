// Package journal keeps what was recorded of deals, in the order in which it
// was accepted, so that nothing acknowledged is lost.
//
//	j, err := journal.Open(ctx, "journal", journal.Options{})
//	positions, err := j.Append(ctx, []journal.Entry{{Accepted: time.Now(), By: "desk", Event: e}})
//	for entry, err := range j.Read(ctx, 0) {
//		…
//	}
//
// A [Journal] is one sequence of entries. An entry is an event of a deal, or the
// agreement on which a deal rests. Entries are only ever added; their
// positions count from 1 without gaps and never change. [Memory] keeps them
// for as long as the program runs, [File] on disk; [Copy] takes them from one to
// another. Package journaltest tests whether a store of your own is a journal.
//
// # What a File promises, and what it does not
//
// What [File.Append] has acknowledged was synced, with all that it needs to be found
// again, so it survives a crash of the program or of the machine at any instruction, as
// far as the disk keeps what it says it has synced. An append is kept whole or not at
// all. Appends that come at the same time share their syncs.
//
// [Open] holds every entry to its checksum. It cuts off what a crash has left of appends that
// were under way, keeps those bytes in another file, and reports it in [File.Recovery]; they
// had not been acknowledged. It refuses all other damage, names the position, and changes
// nothing: a flipped bit, a missing, doubled or swapped record, a file that was cut or is
// gone. [Verify] also checks that each entry is chained to all before it, and names the first
// damage; [Salvage] copies what is whole into another journal, and lists the damage.
//
// Two things cannot be told from the files alone. A journal that was cut off at the
// end of what was written at once, or written anew from some entry on, is whole in itself:
// only a [Head] that was kept elsewhere shows it. And where a journal was not closed, the
// entries that were written last, if they are damaged after they were synced, look
// like the tail that a crash leaves: Open cuts them off, keeps their bytes aside, and
// reports it. After [File.Close] it refuses that damage too.
//
// When a write or a sync fails, for example because the disk is full, the journal takes
// nothing more ([ReadOnlyError]); it can be read, and opened again. After a failed sync, it
// trusts nothing of what it had written: Open writes the last entries once more.
//
// # The files
//
// A journal is a directory. Its files are text, in UTF-8, of lines that end with one line
// feed. They are written in segments, each a pair of files that is named after the
// position of its first entry, in ten digits:
//
//	0000000001.jsonl     the events of the entries 1 to 8000, say
//	0000000001.records   one line on each of these entries
//	0000008001.jsonl     the next segment
//	0000008001.records
//	LOCK                 held by the writer, as the directory is; says which process that is
//
// Only the last segment grows, and only at its end. A new one begins when either file has
// reached [Options].SegmentSize.
//
// An events file, .jsonl, has a line for each event and nothing else, as
// [dealstate.Event.MarshalJSON] writes it, in the order of the positions. So
// [dealstate.ReadEvents] and package bulk read the files as they lie. An agreement has no
// line there.
//
// A records file has a line for each entry. Before them stands its header, of four parts
// with a space between them:
//
//	dealstate-journal 1 after   these words; 1 is the version of the format
//	8000                        the position before the first entry of the segment
//	5fd9…                       the chain at that position, 64 hex digits; at position 0, 64 zeros
//	0a1b2c3d                    the checksum of all that stands before the space before it
//
// The line of an entry has these fields with a space between them, and no others. Numbers
// are decimal, without leading zeros; hex is in lower case.
//
//	8001                        the position
//	event                       or: agreement
//	245                         the length of its JSON in bytes, without a line feed
//	2025-06-27T09:00:00Z        Accepted, in RFC 3339 and UTC, to the nanosecond
//	"desk"                      By, as a JSON string; it may hold spaces
//	3/64                        it is the third of 64 entries that were written at once
//	1950123                     at which byte of the events file its line begins, or would, if it is an agreement
//	d0f3…                       the chain with this entry, 64 hex digits
//	9c8d7e6f                    the checksum
//	{"id":"london",…}           of an agreement only: its JSON
//
// The checksum is CRC-32C (Castagnoli), in 8 hex digits, of the line up to the space
// before the checksum, followed by the entry's JSON, be it in this line or in the events file.
//
// The chain is SHA-256, of two lines of text:
//
//	<the chain before> 8001 event 245 2025-06-27T09:00:00Z "desk"
//	<the entry's JSON>
//
// the first of which is the chain before this entry, in hex, and the first five fields of
// its line, and each of which ends with a line feed. So it does not depend on segments, nor on
// what was written at once, and a copy has the same.
//
// Close writes one more line behind the last record. It says that all of them are durable;
// the next record of the segment is written over it, so it stands at the end of the file:
//
//	closed                      this word
//	8064                        the position of the last entry
//	6e5d4c3b                    the checksum of all that stands before the space before it
//
// Entries that are written at once, of one append or of several, are one batch. The
// bytes of both files are written and synced before any of them is acknowledged, and
// before the next batch is written. Therefore, what is not whole can be what a crash has
// left only if no later batch begins behind it, nor a later Close. Recovery keeps a batch whole or cuts it off
// whole. What it cuts off a file goes into a file of the same name with .torn-1 after it,
// or the next free number.
//
// A segment is made under the name .records.new; it gets its name when its header has been
// synced, and the directory is synced before an entry is written to it. What a crash may
// leave of that, Open removes.
//
// # Cost
//
// An append waits for the batch before it, if one is being written, and then for its own;
// the two files of a batch are synced at the same time. 64 writers get through ten times as
// many appends as one, or more. Open takes up to twice as long as package bulk takes to read
// the lines, and Verify some two microseconds an entry.
// A File keeps 12 bytes an entry and some 70 a deal in memory, with the deal's id, and two
// open files a segment. A journal holds 4,294,967,295 entries at most.
package journal
