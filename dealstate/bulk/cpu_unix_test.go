//go:build unix

package bulk

import (
	"syscall"
	"time"
)

// cpu is the processor time that the program has used.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
