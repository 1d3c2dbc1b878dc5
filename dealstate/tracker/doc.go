// Package tracker follows many live deals over one journal: what is recorded is durable,
// clocks fire at their instants, and who watches is told of every change.
//
//	t, err := tracker.Open(ctx, j, tracker.Options{Policy: dealstate.Official})
//	_, err = t.Add(ctx, agreement)
//	_, err = t.Record(ctx, event)
//	for change, err := range t.Watch(ctx, tracker.Filter{From: t.Place()}) {
//		fmt.Println(change.Deal, change.From, change.To)
//	}
package tracker
