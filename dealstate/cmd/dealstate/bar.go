package main

import (
	"fmt"
	"strings"
	"time"
)

// bar shows on a terminal how far something is. Where nobody watches it shows nothing.
type bar struct {
	app      *app
	what     string
	done, of int
	shown    time.Time // when it was drawn last, or began
	drawn    bool
}

// bar begins one of so many steps. It appears if the steps take longer than a blink.
func (a *app) bar(what string, of int) *bar {
	return &bar{app: a, what: what, of: of, shown: time.Now()}
}

const (
	barEvery = 200 * time.Millisecond
	barWidth = 30 // columns
)

// step takes one.
func (b *bar) step() { b.at(b.done+1, b.of) }

// at says how many steps are done.
func (b *bar) at(done, of int) {
	b.done, b.of = done, max(of, 1)
	if !b.app.watched || time.Since(b.shown) < barEvery {
		return
	}
	b.shown, b.drawn = time.Now(), true
	full := barWidth * min(b.done, b.of) / b.of
	fmt.Fprintf(b.app.err, "\r%s %s%s %d of %d\x1b[K", b.what, strings.Repeat("█", full), strings.Repeat("░", barWidth-full), b.done, b.of)
}

// end takes it off the screen, if it is there.
func (b *bar) end() {
	if b.drawn {
		fmt.Fprint(b.app.err, "\r\x1b[K")
		b.drawn = false
	}
}
