// Package trackertest tests whether a tracker keeps its promises over a store of journals.
// Package journaltest tests the store itself.
//
//	func TestATrackerOverMyStore(t *testing.T) {
//		trackertest.Run(t, trackertest.Store{
//			Fresh:  func(t testing.TB) journal.Journal { return open(t, t.TempDir()) },
//			Again:  func(t testing.TB, j journal.Journal) journal.Journal { return open(t, copyOf(t, j.(*Store).Dir)) },
//			Beside: func(t testing.TB, j journal.Journal) journal.Journal { return open(t, j.(*Store).Dir) },
//		})
//	}
//
// The answers of a tracker must equal a fold of all entries that it acknowledged, in whatever
// order they came. They must do so also if trackers are killed and opened again, if clocks
// jump, and if other trackers use the same journal. [Claims] lists the claims that are tested.
package trackertest
