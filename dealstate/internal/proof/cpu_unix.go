//go:build unix

package proof

import (
	"syscall"
	"time"
)

// CPU is the processor time that this process has used. Unlike the time on the wall it
// does not grow while other processes keep a test waiting. A test that compares it must
// run alone in its process, so not in parallel.
func CPU() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
