package journal

import "io"

// FS is a directory that holds a journal: all that [File] asks of a file system.
// Tests put one in its place that fails, or that loses what was not synced. Its
// methods are safe for concurrent use.
type FS interface {
	// Names lists the files of the directory, in any order.
	Names() ([]string, error)
	// Open opens a file that is there, to read and to write.
	Open(name string) (Handle, error)
	// Create makes a file that is not there yet, and opens it.
	Create(name string) (Handle, error)
	// Rename gives a file another name, which no other file has.
	Rename(from, to string) error
	// Remove removes a file.
	Remove(name string) error
	// Sync makes durable which files there are, and under which names.
	Sync() error
	// Lock takes the directory for this writer, until it is closed or the process
	// ends. The error is a *LockedError where another writer has it.
	Lock() (io.Closer, error)
}

// Handle is an open file. It is safe for concurrent use as an *os.File is.
type Handle interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	// Size is how many bytes it has.
	Size() (int64, error)
	// Truncate cuts it off.
	Truncate(size int64) error
	// Sync makes its bytes durable. Nothing is known of them where it fails.
	Sync() error
}
