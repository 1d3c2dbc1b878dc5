// Package journaltest tests whether a store is a journal, as [testing/fstest] does for
// file systems.
//
//	func TestMyStore(t *testing.T) {
//		journaltest.Run(t, journaltest.Store{
//			Fresh: func(t testing.TB) journal.Journal { return open(t, t.TempDir()) },
//			Again: func(t testing.TB, j journal.Journal) journal.Journal { return open(t, j.(*Store).Dir) },
//		})
//	}
//
// [Run] is the conformance suite. A store that writes files through a [journal.FS] can
// also be stopped at every step of a run, as by a crash, with [Crashes] on a [Disk].
package journaltest
