package tracker

import "context"

// NextBatch gives the next changes that there are, without waiting for any.
func NextBatch(ctx context.Context, t *Tracker, f Filter) ([]Change, *Place) {
	w, err := t.watch(ctx, f)
	if err != nil {
		panic(err)
	}
	defer w.end()
	for {
		batch, news, err := w.look(ctx)
		if err != nil {
			panic(err)
		}
		if len(batch) > 0 || news != nil {
			return batch, &w.From
		}
	}
}
