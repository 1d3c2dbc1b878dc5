//go:build unix && !solaris && !aix

package journal

import (
	"io"
	"os"
	"syscall"
)

// lock takes the file with flock, which the kernel gives back when the process
// ends, however it ends.
func lock(dir, path string) (io.Closer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		return nil, &LockedError{Dir: dir, Holder: heldBy(f), Err: err}
	}
	// Who holds it is a courtesy, which a full disk may refuse.
	_ = f.Truncate(0)
	_, _ = f.WriteAt([]byte(holder()), 0)
	return f, nil
}

// dirSyncError is the error of syncing a directory; here each counts.
func dirSyncError(err error) error { return err }

// errReadOnly is how a file system says that it can only be read.
var errReadOnly error = syscall.EROFS
