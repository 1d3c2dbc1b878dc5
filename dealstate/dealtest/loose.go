package dealtest

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
)

// loose is something that a story began and must go on with: an act without its
// verb yet, or a look at which nothing has been asked. Left so, it would test
// nothing, and say nothing.
type loose struct {
	at   string // file and line where it was begun
	what string // what is wrong, and what would be right
	act  bool
}

// begin notes something begun on the line that called the exported method.
func (s *Story) begin(act bool, format string, args ...any) *loose {
	l := &loose{act: act, what: fmt.Sprintf(format, args...)}
	if _, file, line, ok := runtime.Caller(2); ok {
		l.at = fmt.Sprintf("%s:%d: ", filepath.Base(file), line)
	}
	s.loose = append(s.loose, l)
	return l
}

// done notes that it was gone on with.
func (s *Story) done(l *loose) {
	if i := slices.Index(s.loose, l); i >= 0 {
		s.loose = slices.Delete(s.loose, i, i+1)
	}
}

// goOn fails the test at once if the act begun before has no verb.
func (s *Story) goOn() {
	s.t.Helper()
	if i := slices.IndexFunc(s.loose, func(l *loose) bool { return l.act }); i >= 0 {
		l := s.loose[i]
		s.done(l)
		fatal(s.t, l.at+l.what)
	}
}

// watch reports, once the test is over, what was left so. It needs a test that
// runs a function at its end, as *testing.T and *testing.B do.
func (s *Story) watch() {
	t, ok := s.t.(interface{ Cleanup(func()) })
	if !ok {
		return
	}
	t.Cleanup(func() {
		s.t.Helper()
		if f, ok := s.t.(interface{ Failed() bool }); ok && f.Failed() {
			return // it may have ended in the middle of a sentence
		}
		for _, l := range s.loose {
			s.t.Errorf("%s%s", l.at, l.what)
		}
	})
}
