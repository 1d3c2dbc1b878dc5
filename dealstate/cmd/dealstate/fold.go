package main

import (
	"iter"
	"runtime"
	"slices"
	"sync"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// fold is one deal as a view has it.
type fold struct {
	*deal
	snapshot  dealstate.Snapshot
	decisions []dealstate.Decision
	err       error
}

// foldsAtOnce is how many deals are folded, on all processors, before the first is handed on.
const foldsAtOnce = 256

// folds goes through the deals in their order, each as the view has it. An error ends it.
func (a *app) folds(what string, deals []*deal, view dealstate.View) iter.Seq2[fold, error] {
	return func(yield func(fold, error) bool) {
		bar := a.bar(what, len(deals))
		defer bar.end()
		for part := range slices.Chunk(deals, foldsAtOnce) {
			for _, f := range foldPart(part, view) {
				bar.step()
				if f.err == nil {
					f.err = a.ctx.Err()
				}
				if !yield(f, f.err) || f.err != nil {
					return
				}
			}
		}
	}
}

func foldPart(deals []*deal, view dealstate.View) []fold {
	folds := make([]fold, len(deals))
	var all sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), len(deals))
	for worker := range workers {
		all.Go(func() {
			for i := worker; i < len(deals); i += workers {
				f := fold{deal: deals[i]}
				f.snapshot, f.decisions, f.err = deals[i].machine.Fold(deals[i].events, view)
				folds[i] = f
			}
		})
	}
	all.Wait()
	return folds
}
