package journal

// Waiting is how many appends wait for the committer.
func Waiting(f *File) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.queue)
}

// Closing reports whether Close has begun.
func Closing(f *File) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closed
}
