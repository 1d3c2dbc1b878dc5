package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// osDir is a directory of the operating system.
type osDir string

// ownDir is the directory of a writer. It makes no file where another directory has come
// under the path: somebody moved this one, or the program has another working directory.
type ownDir struct {
	osDir
	is os.FileInfo // the directory, when it was opened
}

// openDir opens the directory for a writer, and makes it if need be.
func openDir(path string) (ownDir, error) {
	dir, err := makeDir(path)
	if err != nil {
		return ownDir{}, err
	}
	is, err := os.Stat(string(dir))
	return ownDir{dir, is}, err
}

// Create is that of [FS].
func (d ownDir) Create(name string) (Handle, error) {
	now, err := os.Stat(string(d.osDir))
	if err != nil {
		return nil, err
	}
	if !os.SameFile(now, d.is) {
		return nil, fmt.Errorf("%s is not the directory that was opened; was it moved?", string(d.osDir))
	}
	return d.osDir.Create(name)
}

// makeDir makes the directory and those above it, and durable that they are there.
func makeDir(path string) (osDir, error) {
	path = filepath.Clean(path)
	if found, err := os.Stat(path); err == nil && !found.IsDir() {
		return "", fmt.Errorf("journal: %s is a file; want a directory", path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return osDir(path), err
	}
	above, err := makeDir(filepath.Dir(path))
	if err != nil {
		return "", err
	}
	if err := os.Mkdir(path, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return osDir(path), above.Sync()
}

func (d osDir) path(name string) string { return filepath.Join(string(d), name) }

// Names is that of [FS].
func (d osDir) Names() ([]string, error) {
	files, err := os.ReadDir(string(d))
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
	}
	return names, err
}

// Open is that of [FS]. What may only be read is opened to read.
func (d osDir) Open(name string) (Handle, error) {
	f, err := os.OpenFile(d.path(name), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, errReadOnly) {
		f, err = os.Open(d.path(name))
	}
	return opened(f, err)
}

// Create is that of [FS].
func (d osDir) Create(name string) (Handle, error) {
	return opened(os.OpenFile(d.path(name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644))
}

func opened(f *os.File, err error) (Handle, error) {
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

// Rename is that of [FS].
func (d osDir) Rename(from, to string) error { return os.Rename(d.path(from), d.path(to)) }

// Remove is that of [FS].
func (d osDir) Remove(name string) error { return os.Remove(d.path(name)) }

// Sync is that of [FS].
func (d osDir) Sync() error { return syncDir(string(d)) }

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dirSyncError(dir.Sync()), dir.Close())
}

// Lock is that of [FS].
func (d osDir) Lock() (io.Closer, error) { return lock(string(d), d.path(lockName)) }

// lockName is the file that one writer holds. It stays when the writer has gone.
const lockName = "LOCK"

// holder is what a writer says of itself in the lock file.
func holder() string {
	host, err := os.Hostname()
	if err != nil {
		host = "an unknown host"
	}
	return fmt.Sprintf("process %d on %s since %s", os.Getpid(), host, time.Now().UTC().Format(time.RFC3339))
}

// heldBy reads what the holder said of itself, as far as it can be read.
func heldBy(f io.ReaderAt) string {
	text := make([]byte, 256)
	n, _ := f.ReadAt(text, 0)
	return string(text[:n])
}

// osFile is a file of the operating system.
type osFile struct{ *os.File }

// Size is that of [Handle].
func (f osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
