package jetstream

import "context"

// SubjectOf gives the subject of a deal.
func SubjectOf(stream, deal string) string { return subjectOf(stream, deal) }

// ConfigOf is what a new stream is set to.
var ConfigOf = configOf

// Forget lets the writer forget the deals that it knows, as it does when they are too many.
func (s *Store) Forget() {
	for deal := range s.writer.known.deals {
		s.writer.known.forget(deal)
	}
}

// KnownIDs counts the ids that the writer remembers.
func (s *Store) KnownIDs() (counted, there int) {
	for _, d := range s.writer.known.deals {
		there += len(d.byID)
	}
	return s.writer.known.ids, there
}

// ShrinkTo lets the writer remember so many ids at most.
func (s *Store) ShrinkTo(ids int) { s.writer.known.most = ids }

// Passes, IsMoved and PassingCodes say what is done about an error.
var (
	Passes       = passes
	IsMoved      = isMoved
	PassingCodes = passingCodes
)

// Ask asks the leader, as the store does.
func (s *Store) Ask(ctx context.Context, what string, question, answer any) error {
	return s.ask(ctx, what, question, answer)
}
