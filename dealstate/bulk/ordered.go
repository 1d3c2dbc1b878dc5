package bulk

import (
	"context"
	"iter"
	"runtime"
	"sync"
)

// chunkDeals is how many deals a worker takes at a time.
const chunkDeals = 256

func orCores(workers int) int {
	if workers <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return workers
}

// inOrder does the work for every deal, on so many goroutines, and yields what
// comes of it in the deals' order, whoever is done first. Twice as many chunks
// as there are workers may wait for their turn. newWorker is called once a
// goroutine; what it gives second is called when the goroutine ends. All have ended
// when the sequence has, broken off or not.
func inOrder[T any](ctx context.Context, deals, workers int, newWorker func() (work func(deal int, yield func(T)) error, end func())) iter.Seq2[T, error] {
	workers = min(orCores(workers), deals/chunkDeals+1)
	return func(yield func(T, error) bool) {
		var wait sync.WaitGroup
		defer wait.Wait()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		type done struct {
			items []T
			err   error
		}
		type job struct {
			from int
			out  chan done
		}
		jobs, queue := make(chan job), make(chan job, 2*workers)
		for range workers {
			wait.Go(func() {
				work, end := newWorker()
				defer end()
				for j := range jobs {
					var d done
					for deal := j.from; deal < min(j.from+chunkDeals, deals) && d.err == nil; deal++ {
						if d.err = ctx.Err(); d.err == nil {
							d.err = work(deal, func(item T) { d.items = append(d.items, item) })
						}
					}
					j.out <- d
				}
			})
		}
		wait.Go(func() {
			defer close(queue)
			defer close(jobs)
			for from := 0; from < deals; from += chunkDeals {
				j := job{from: from, out: make(chan done, 1)}
				select {
				case queue <- j:
				case <-ctx.Done():
					return
				}
				jobs <- j // every job in the queue is done by somebody
			}
		})
		for j := range queue {
			d := <-j.out
			for _, item := range d.items {
				if !yield(item, nil) {
					return
				}
			}
			if d.err != nil {
				var zero T
				yield(zero, d.err)
				return
			}
		}
		if err := ctx.Err(); err != nil {
			var zero T
			yield(zero, err)
		}
	}
}
