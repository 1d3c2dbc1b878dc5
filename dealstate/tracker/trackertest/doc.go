// Package trackertest tests whether a tracker keeps its promises over a store of journals,
// as package journaltest tests the store itself.
//
//	func TestATrackerOverMyStore(t *testing.T) {
//		trackertest.Run(t, trackertest.Store{
//			Fresh:  func(t testing.TB) journal.Journal { return open(t, t.TempDir()) },
//			Again:  func(t testing.TB, j journal.Journal) journal.Journal { return open(t, copyOf(t, j.(*Store).Dir)) },
//			Beside: func(t testing.TB, j journal.Journal) journal.Journal { return open(t, j.(*Store).Dir) },
//		})
//	}
//
// What a tracker says must be what a fold of all that it acknowledged says, whatever came in
// which order, and whatever happened in between: trackers that are killed and opened again,
// clocks that jump, other trackers on the same journal. [Claims] lists what is tried.
package trackertest
