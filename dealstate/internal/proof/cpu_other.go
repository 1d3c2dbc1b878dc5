//go:build !unix

package proof

import "time"

var started = time.Now()

// CPU is the time on the wall, where there is nothing better.
func CPU() time.Duration { return time.Since(started) }
