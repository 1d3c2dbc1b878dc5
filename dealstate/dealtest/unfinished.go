package dealtest

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
)

// unfinished is something that a test began and has to finish: an act that has no verb
// yet, or a view about which nothing has been asked. Left so, it would test nothing
// and report nothing. The tester keeps it until it is finished.
type unfinished struct {
	at   string // file and line where it was begun
	what string // what is wrong, and what would be right
	act  bool
}

// addUnfinished notes something begun, with the line that called the exported method.
func (s *Tester) addUnfinished(act bool, format string, args ...any) *unfinished {
	l := &unfinished{act: act, what: fmt.Sprintf(format, args...)}
	if _, file, line, ok := runtime.Caller(2); ok {
		l.at = fmt.Sprintf("%s:%d: ", filepath.Base(file), line)
	}
	s.unfinished = append(s.unfinished, l)
	return l
}

// finish notes that it was finished.
func (s *Tester) finish(l *unfinished) {
	if i := slices.Index(s.unfinished, l); i >= 0 {
		s.unfinished = slices.Delete(s.unfinished, i, i+1)
	}
}

// checkFinished fails the test at once if the act begun before has no verb.
func (s *Tester) checkFinished() {
	s.t.Helper()
	if i := slices.IndexFunc(s.unfinished, func(l *unfinished) bool { return l.act }); i >= 0 {
		l := s.unfinished[i]
		s.finish(l)
		fatal(s.t, l.at+l.what)
	}
}

// reportUnfinished reports, at the end of the test, what was left unfinished. It needs
// a test that can run a function at its end, as *testing.T and *testing.B can.
func (s *Tester) reportUnfinished() {
	t, ok := s.t.(interface{ Cleanup(func()) })
	if !ok {
		return
	}
	t.Cleanup(func() {
		s.t.Helper()
		if f, ok := s.t.(interface{ Failed() bool }); ok && f.Failed() {
			return // it may have ended in the middle of a sentence
		}
		for _, l := range s.unfinished {
			s.t.Errorf("%s%s", l.at, l.what)
		}
	})
}
