package evaluator

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// unique keeps one event of each id, with the earliest recorded: "the same again with another `recorded` is a
// duplicate, and the earliest `recorded` counts, in whatever order they come". It counts the copies that were left out.
// "other content under the same id [is] an error".
func unique(events []Event) (kept []Event, copies map[string]int, err error) {
	copies = map[string]int{}
	for _, e := range events {
		i := slices.IndexFunc(kept, func(k Event) bool { return k.ID == e.ID })
		if i < 0 {
			kept = append(kept, e)
			continue
		}
		if !same(kept[i], e) {
			return nil, nil, fmt.Errorf("event %q: other content under the same id", e.ID)
		}
		copies[e.ID]++
		if e.Recorded.Before(kept[i].Recorded) {
			kept[i].Recorded = e.Recorded
		}
	}
	return kept, copies, nil
}

// same tells whether two events are one: "`recorded` is not part of what makes two events the same".
func same(a, b Event) bool {
	a.Recorded, b.Recorded = time.Time{}, time.Time{}
	return a == b
}

// knownBy keeps what was recorded by the instant: "`KnownBy: k` never sees anything recorded after k, corrections
// included".
func knownBy(events []Event, known time.Time) []Event {
	if known.IsZero() {
		return slices.Clone(events)
	}
	return slices.DeleteFunc(slices.Clone(events), func(e Event) bool { return e.Recorded.After(known) })
}

// inOrder sorts events as law 11 folds them: "in the order (`at`, class, `recorded`, kind, `revision`, `id`)".
func inOrder(events []Event) {
	slices.SortStableFunc(events, func(a, b Event) int {
		return cmp.Or(
			a.At.Compare(b.At),
			cmp.Compare(class[a.Kind], class[b.Kind]),
			a.Recorded.Compare(b.Recorded),
			cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)),
			cmp.Compare(a.Revision, b.Revision),
			cmp.Compare(a.ID, b.ID),
		)
	})
}

// voided finds the events that a retract voids, each with the retract's id: "a retract voids its target whenever
// dated". A retract that is itself voided voids nothing.
//
// Settled here: retracts that void each other in a circle void nothing at all, for neither has the better claim.
func voided(events []Event) map[string]string {
	const unknown, stands, falls = 0, 1, 2
	state := map[string]int{}
	for changed := true; changed; {
		changed = false
		for _, e := range events {
			if state[e.ID] != unknown {
				continue
			}
			against, undecided := "", false
			for _, r := range events {
				if r.Kind != "retract" || r.Ref != e.ID || r.Modality != "asserted" {
					continue
				}
				switch state[r.ID] {
				case stands:
					against = r.ID
				case unknown:
					undecided = true
				}
			}
			switch {
			case against != "":
				state[e.ID], changed = falls, true
			case !undecided:
				state[e.ID], changed = stands, true
			}
		}
	}
	out := map[string]string{}
	for _, r := range events {
		if r.Kind == "retract" && state[r.ID] == stands && state[r.Ref] == falls {
			out[r.Ref] = r.ID
		}
	}
	return out
}
