package tracker

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

const (
	firstPause = 100 * time.Millisecond // before send is called again; it doubles with each failure
	mostPause  = time.Minute
)

// Deliver calls send with each change, in the order of [Tracker.Watch], and notes how far
// it came in the file named bookmark: so a service that was killed goes on where it broke
// off. Without the file it begins at the filter's From, by default the beginning.
//
// While send fails, Deliver calls it again with the same change: after 0.1 s at first,
// then after twice as long each time, and at most after a minute. Each failure is logged.
// So every change is delivered at least once and none overtakes another; of two deliveries
// of one change, both have the same Place. Send's context ends when the tracker is closed.
//
// Deliver runs in the caller's goroutine and returns when its context ends, when the
// tracker is closed (ErrClosed), when the bookmark cannot be read or written, or with an
// error of Watch; never nil. Close waits for it, so send must not call Close. A bookmark
// is for one Deliver at a time. Each change costs the sync of a small file.
func (t *Tracker) Deliver(ctx context.Context, f Filter, bookmark string, send func(context.Context, Change) error) error {
	if err := t.enter(); err != nil {
		return err
	}
	defer t.running.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(t.ctx, cancel)()
	var err error
	if f.From, err = readBookmark(bookmark, f.From); err != nil {
		return err
	}
	for change, err := range t.Watch(ctx, f) {
		if err == nil {
			err = t.deliver(ctx, change, send)
		}
		if err == nil {
			err = writeBookmark(bookmark, change.Place)
		}
		if err != nil {
			return t.ended(err)
		}
	}
	return t.check(ctx)
}

// deliver calls send until it takes the change, or the context ends.
func (t *Tracker) deliver(ctx context.Context, c Change, send func(context.Context, Change) error) error {
	for pause := firstPause; ctx.Err() == nil; pause = min(2*pause, mostPause) {
		err := send(ctx, c)
		if err == nil {
			return nil // and is noted, though the context may have ended meanwhile
		}
		if ctx.Err() != nil {
			break
		}
		t.options.Log.Warn("a change was not delivered", "place", c.Place, "deal", c.Deal, "again_in", pause, "error", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return ctx.Err()
}

// readBookmark gives the place in the file, or where there is no file, the other one.
func readBookmark(name string, otherwise Place) (Place, error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return otherwise, nil
	}
	if err != nil {
		return Place{}, fmt.Errorf("tracker: bookmark: %w", err)
	}
	p, err := ParsePlace(strings.TrimSpace(string(text)))
	if err != nil {
		return Place{}, fmt.Errorf("tracker: bookmark %s: %w", name, err)
	}
	return p, nil
}

// writeBookmark puts the place into the file: a crash leaves this one or the one before,
// and never a part of one, which could read as a later place.
func writeBookmark(name string, p Place) error {
	if err := writeSynced(name+".new", p.String()+"\n"); err != nil {
		return fmt.Errorf("tracker: bookmark: %w", err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		return fmt.Errorf("tracker: bookmark: %w", err)
	}
	return nil
}

func writeSynced(name, text string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}
