//go:build !unix

package benchguard

import "time"

var started = time.Now()

// CPU is wall time, where there is nothing better.
func CPU() time.Duration { return time.Since(started) }
