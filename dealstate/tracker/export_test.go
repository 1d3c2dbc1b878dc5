package tracker

import "context"

// NextBatch gives the next changes that there are, without waiting for any.
func NextBatch(ctx context.Context, t *Tracker, f Filter) []Change {
	w, err := t.watch(ctx, f)
	if err != nil {
		panic(err)
	}
	defer w.end()
	batch, _, err := w.look(ctx)
	if err != nil {
		panic(err)
	}
	return batch
}
