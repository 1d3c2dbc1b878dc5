//go:build unix

package benchguard

import (
	"syscall"
	"time"
)

// cpu is the processor time that the program has used, the garbage collector's
// included. Other programs on the machine do not lengthen it, as they do wall time.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
