//go:build !unix || solaris || aix

package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
)

// lock takes the directory by making the lock file, and gives it back by removing
// it. A process that is killed leaves it behind.
func lock(dir, path string) (io.Closer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil, &LockedError{Dir: dir, Holder: heldByFile(path), Err: fmt.Errorf("remove %s if that process is gone", lockName)}
	}
	if err != nil {
		return nil, err
	}
	_, _ = f.WriteAt([]byte(holder()), 0) // a courtesy, which a full disk may refuse
	return lockFile{f, path}, nil
}

func heldByFile(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	return heldBy(f)
}

type lockFile struct {
	*os.File
	path string
}

func (l lockFile) Close() error { return errors.Join(l.File.Close(), os.Remove(l.path)) }

// dirSyncError drops the error of syncing a directory where the system has no such thing.
func dirSyncError(err error) error {
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" || runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		return nil
	}
	return err
}

// errReadOnly is how a file system says that it can only be read, where there is a
// word for it.
var errReadOnly = errors.New("read-only file system")
