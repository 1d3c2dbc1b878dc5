// Package files writes what an example draws to the file that a flag names.
package files

import (
	"io"
	"os"
)

// Save writes to the file at the path, in the place of what was there; to none, where there
// is no path. The error is the file system's, or that of write.
func Save(path string, write func(io.Writer) error) error {
	if path == "" {
		return nil
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(file); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
