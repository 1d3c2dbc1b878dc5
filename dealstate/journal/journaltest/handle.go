package journaltest

import (
	"errors"
	"io"
)

// handle is an open file.
type handle struct {
	disk *Disk
	node *node
}

func (h *handle) ReadAt(p []byte, at int64) (int, error) {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if err := h.disk.reading(); err != nil {
		return 0, err
	}
	if at >= int64(len(h.node.data)) {
		return 0, io.EOF
	}
	n := copy(p, h.node.data[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (h *handle) WriteAt(p []byte, at int64) (int, error) {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if h.disk.stopped {
		return 0, ErrStopped
	}
	err := h.disk.step()
	n := len(p)
	if h.disk.full && err == nil && at+int64(n) > int64(len(h.node.data)) {
		err = ErrFull
	}
	if err != nil {
		n /= 2
	}
	h.change(change{at, append([]byte{}, p[:n]...)})
	return n, err
}

func (h *handle) change(c change) {
	h.node.data = c.on(h.node.data)
	h.node.changes = append(h.node.changes, c)
}

func (h *handle) Truncate(size int64) error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if err := h.disk.step(); err != nil {
		return err
	}
	h.change(change{at: size})
	return nil
}

func (h *handle) Size() (int64, error) {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	return int64(len(h.node.data)), h.disk.reading()
}

func (h *handle) Sync() error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	err := h.disk.step()
	if errors.Is(err, ErrStopped) {
		return err
	}
	if err == nil {
		for _, c := range h.node.changes {
			h.node.durable = c.on(h.node.durable)
		}
	}
	h.node.changes = nil
	return err
}

func (h *handle) Close() error { return nil }
