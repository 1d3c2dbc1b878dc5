//go:build !unix

package benchguard

import "time"

var started = time.Now()

// cpu is wall time, where there is nothing better.
func cpu() time.Duration { return time.Since(started) }
