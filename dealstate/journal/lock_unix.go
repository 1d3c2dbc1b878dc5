//go:build unix && !solaris && !aix

package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// lock takes the directory with flock, and the lock file, which the kernel gives back when
// the process ends, however it ends. The directory holds where somebody removes the lock
// file under a writer, the file where a file system locks no directories.
func lock(dir, path string) (io.Closer, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	held := locks{d, f}
	ofDir, ofFile := flock(d), flock(f)
	switch {
	case errors.Is(ofDir, syscall.EWOULDBLOCK), errors.Is(ofFile, syscall.EWOULDBLOCK):
		defer held.Close()
		return nil, &LockedError{Dir: dir, Holder: heldBy(f)}
	case ofFile != nil: // nobody holds it: the file system has no locks
		defer held.Close()
		return nil, fmt.Errorf("journal: %s cannot be locked: %w", dir, ofFile)
	}
	// Who holds it is a courtesy, which a full disk may refuse.
	_ = f.Truncate(0)
	_, _ = f.WriteAt([]byte(holder()), 0)
	return held, nil
}

func flock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// locks are the directory and the lock file, which are given back by closing them.
type locks [2]*os.File

func (l locks) Close() error { return errors.Join(l[0].Close(), l[1].Close()) }

// dirSyncError is the error of syncing a directory; here each counts.
func dirSyncError(err error) error { return err }

// errReadOnly is how a file system says that it can only be read.
var errReadOnly error = syscall.EROFS
