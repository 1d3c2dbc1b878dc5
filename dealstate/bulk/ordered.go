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

// chunkJob is the deals from a number on, and where the worker that does them puts what
// comes of it, once.
type chunkJob[T any] struct {
	from int
	done chan chunkResult[T]
}

// chunkResult is what comes of some deals: the items up to an error, if there is one.
type chunkResult[T any] struct {
	items []T
	err   error
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
		jobs, queue := make(chan chunkJob[T]), make(chan chunkJob[T], 2*workers)
		for range workers {
			wait.Go(func() {
				work, end := newWorker()
				defer end()
				for j := range jobs {
					j.done <- j.do(ctx, deals, work)
				}
			})
		}
		wait.Go(func() { handOut(ctx, deals, jobs, queue) })
		for j := range queue {
			if r := <-j.done; !r.yield(yield) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			var zero T
			yield(zero, err)
		}
	}
}

// do works through the deals of a job.
func (j chunkJob[T]) do(ctx context.Context, deals int, work func(deal int, yield func(T)) error) (r chunkResult[T]) {
	for deal := j.from; deal < min(j.from+chunkDeals, deals) && r.err == nil; deal++ {
		if r.err = ctx.Err(); r.err == nil {
			r.err = work(deal, func(item T) { r.items = append(r.items, item) })
		}
	}
	return r
}

// handOut makes the jobs and queues them in the deals' order, until the context is done.
func handOut[T any](ctx context.Context, deals int, jobs, queue chan<- chunkJob[T]) {
	defer close(queue)
	defer close(jobs)
	for from := 0; from < deals; from += chunkDeals {
		j := chunkJob[T]{from: from, done: make(chan chunkResult[T], 1)}
		select {
		case queue <- j:
		case <-ctx.Done():
			return
		}
		jobs <- j // every job in the queue is done by somebody
	}
}

// yield yields the items, and the error if there is one. It says whether to go on.
func (r chunkResult[T]) yield(yield func(T, error) bool) bool {
	for _, item := range r.items {
		if !yield(item, nil) {
			return false
		}
	}
	if r.err != nil {
		var zero T
		yield(zero, r.err)
	}
	return r.err == nil
}
