package dealstate_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
)

// What the keys, kinds and clocks of an agreement mean: each sentence of DESIGN.md, "What
// they mean", with the answers that follow from it by hand. A case has a story, and
// under it what is seen as of an instant, after a question mark: the state, what each
// party and each commitment is in, and the clock due next. Of a decision, after an
// exclamation mark, its summary.
type meaning struct {
	sentence string
	of       dealstate.Agreement
	story    string
}

func (m meaning) run(t *testing.T) {
	t.Parallel()
	var asks [][2]string
	for _, line := range strings.Split(lines(m.story), "\n") {
		if verb, rest, ok := strings.Cut(line, " "); ok && (verb == "?" || verb == "!") {
			asks = append(asks, [2]string{verb, rest})
		}
	}
	require.NotEmpty(t, asks)
	story := keepEvents(m.story)
	for _, ask := range asks {
		if ask[0] == "!" {
			id, _, _ := strings.Cut(ask[1], " ")
			_, decisions := told(t, m.of, "", story)
			require.Equal(t, ask[1], summary(find(t, decisions, id)))
			continue
		}
		at, want, _ := strings.Cut(ask[1], " ")
		s, _ := told(t, m.of, at, story)
		require.Equal(t, want, glance(s), "as of %s", at)
	}
}

// glance is what a case sees of a snapshot.
func glance(s dealstate.Snapshot) string {
	said := []string{string(s.State)}
	add := func(id, what string, is bool) {
		if is {
			said = append(said, id+" "+what)
		}
	}
	for _, p := range s.Parties {
		add(p.Party, p.Standing.String(), p.Standing == dealstate.StandingRejected || p.Standing == dealstate.StandingWithdrawn)
		add(p.Party, "from "+short(p.InForce), !p.InForce.IsZero())
		add(p.Party, "leaves "+short(p.Leaves), !p.Leaves.IsZero())
		add(p.Party, "signed", p.Signed)
		add(p.Party, "provisional", p.Provisional)
		add(p.Party, "suspended", p.Suspended)
	}
	for _, c := range s.Commitments {
		add(c.Commitment, "performed", !c.At.IsZero())
		add(c.Commitment, "broken "+short(c.Breached), !c.Breached.IsZero())
		add(c.Commitment, "overdue "+short(c.Overdue), !c.Overdue.IsZero())
		add(c.Commitment, "suspended", c.Suspended)
	}
	if s.Next != nil {
		said = append(said, fmt.Sprintf("next %s %s", s.Next, short(s.Next.Due)))
	}
	return strings.Join(said, ", ")
}

func short(t time.Time) string { return strings.TrimPrefix(t.UTC().Format(time.DateOnly), "2025-") }

// deal gives a pair or a club its terms.
func deal(a dealstate.Agreement, terms func(*dealstate.Agreement)) dealstate.Agreement {
	terms(&a)
	return a
}

func days(n int) *dealstate.Delay { return &dealstate.Delay{Days: n} }

func notice(n int) *dealstate.NoticePeriod {
	return &dealstate.NoticePeriod{Delay: dealstate.Delay{Days: n}}
}

// two of three parties bring the deal into force.
func twoOfThree(terms func(*dealstate.Agreement)) dealstate.Agreement {
	return deal(club(3, condition.Count(condition.AtLeast(2), "")), terms)
}

func pairWith(terms func(*dealstate.Agreement)) dealstate.Agreement { return deal(pair(), terms) }

var (
	noticed = pairWith(func(a *dealstate.Agreement) { a.Notice = notice(10) })
	many    = twoOfThree(func(a *dealstate.Agreement) { a.Notice = notice(10) })
	renewed = func(a *dealstate.Agreement) { a.Effect, a.Term, a.Renew = days(0), days(30), days(10) }
	owing   = pairWith(func(a *dealstate.Agreement) {
		a.Commitments = []dealstate.Commitment{{ID: "c", Party: "a", Within: days(20)}, {ID: "d", Party: "b", Deadline: time.Date(2025, 6, 15, 0, 0, 0, 0, time.UTC)}}
	})
	falls = deal(club(3, condition.Any(condition.Count(condition.AtLeast(3), ""),
		condition.All(condition.Reached(time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)), condition.Count(condition.AtLeast(2), "")))), func(*dealstate.Agreement) {})
	window = club(3, condition.All(condition.Count(condition.AtLeast(2), ""), condition.Not(condition.Reached(time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)))))
	review = pairWith(func(a *dealstate.Agreement) {
		a.Effect, a.Term, a.Notice = days(0), days(60), notice(10)
		a.Commitments = []dealstate.Commitment{{ID: "c", Party: "a"}}
		a.Timers = []dealstate.OwnTimer{{ID: "snapback", After: dealstate.Delay{Days: 30}}}
		a.Lifecycle = &dealstate.Lifecycle{Extends: "standard", States: []dealstate.State{"review"}, InForce: []dealstate.State{"review"}, Drop: []string{"dispute"}, Rules: []dealstate.Rule{
			{ID: "complain", On: dealstate.Dispute, From: []dealstate.State{"implemented"}, To: "review"},
			{ID: "complain_again", On: dealstate.Dispute, From: []dealstate.State{"review"}, To: "review"},
			{ID: "clear", On: dealstate.Settle, From: []dealstate.State{"review"}, To: "implemented", Order: -1},
			{ID: "snap_back", On: dealstate.Timer("snapback"), From: []dealstate.State{"review"}, To: "terminated"}}}
	})
)

const (
	inForceOfTwo  = "06-01 approve a\n06-01 approve b\n06-03 implement\n"
	inForceOfMany = "06-01 approve p0\n06-01 approve p1\n06-03 implement\n"
	provisionally = "06-01 approve a\n06-02 apply\n"
)

var meanings = []meaning{
	// Withdrawal by a party that is bound.
	{"a bound party's withdrawal is a notice, and it stays bound until the notice ends", noticed, inForceOfTwo + `
		06-10 withdraw a
		! withdraw-a-06-10 applied
		? 06-10 implemented, a from 06-03, a leaves 06-20, b from 06-03, next notice of a 06-20
		? 2025-06-19T23:59:59Z implemented, a from 06-03, a leaves 06-20, b from 06-03, next notice of a 06-20
		? 06-20 terminated, a withdrawn`},
	{"its own approval before that instant revokes the notice, and it never ceased to be bound", noticed, inForceOfTwo + `
		06-10 withdraw a
		06-12 approve a id=back
		! back applied
		? 07-30 implemented, a from 06-03, b from 06-03`},
	{"an approval at the instant or later joins anew", many, inForceOfMany + `
		06-05 approve p2
		06-10 withdraw p2
		06-20 approve p2 id=anew
		? 06-19 implemented, p0 from 06-03, p1 from 06-03, p2 from 06-05, p2 leaves 06-20, next notice of p2 06-20
		? 06-20 implemented, p0 from 06-03, p1 from 06-03, p2 from 06-20`},
	{"a second withdrawal under notice is noted unless its until is later", noticed, inForceOfTwo + `
		06-10 withdraw a
		06-11 withdraw a id=again
		06-12 withdraw a until=07-01 id=later
		06-13 withdraw a until=06-25 id=sooner
		! again noted: already
		! later applied
		! sooner noted: already
		? 06-13 implemented, a from 06-03, a leaves 07-01, b from 06-03, next notice of a 07-01
		? 07-01 terminated, a withdrawn`},
	{"an until before the notice ends is refused", noticed, inForceOfTwo + `
		06-09 withdraw a until=06-18 id=short
		06-10 withdraw a until=06-20 id=exact
		! short refused: notice_too_short
		! exact applied
		? 06-10 implemented, a from 06-03, a leaves 06-20, b from 06-03, next notice of a 06-20`},
	{"without notice, a withdrawal takes effect at its until", pair(), inForceOfTwo + `
		06-10 withdraw a until=06-30
		? 06-29 implemented, a from 06-03, a leaves 06-30, b from 06-03, next notice of a 06-30
		? 06-30 terminated, a withdrawn`},
	{"without notice and until, it takes effect at once", pair(), inForceOfTwo + `
		06-10 withdraw a
		? 06-10 terminated, a withdrawn`},
	{"after a revocation a new notice starts anew", noticed, inForceOfTwo + `
		06-10 withdraw a
		06-12 approve a id=back
		06-15 withdraw a
		? 06-15 implemented, a from 06-03, a leaves 06-25, b from 06-03, next notice of a 06-25`},
	{"the deal's end stops the clock", noticed, inForceOfTwo + `
		06-10 withdraw a
		06-12 terminate
		? 06-12 terminated`},
	{"in a deal of two, one side's termination in force is its withdrawal where there is a notice", noticed, inForceOfTwo + `
		06-10 terminate a
		? 06-10 implemented, a from 06-03, a leaves 06-20, b from 06-03, next notice of a 06-20
		? 06-20 terminated, a withdrawn`},
	{"a joint one is immediate", noticed, inForceOfTwo + `
		06-10 terminate
		? 06-10 terminated`},
	{"whatever the condition of a deal of two is", pairWith(func(a *dealstate.Agreement) {
		a.Notice, a.Approval = notice(10), condition.Any(condition.Approved("a"), condition.Approved("b"))
	}), inForceOfTwo + `
		06-10 terminate b
		? 06-10 implemented, a from 06-03, b from 06-03, b leaves 06-20, next notice of b 06-20
		? 06-20 terminated, b withdrawn`},
	{"the day of by is included, and the notice ends on the first on after the next by", deal(many, func(a *dealstate.Agreement) {
		a.Notice = &dealstate.NoticePeriod{On: dealstate.Day{Month: time.June, Day: 30}, By: dealstate.Day{Month: time.January, Day: 1}}
	}), inForceOfMany + `
		2026-01-01T18:00:00Z withdraw p0
		2026-01-02 withdraw p1
		? 2026-01-02 implemented, p0 from 06-03, p0 leaves 2026-06-30, p1 from 06-03, p1 leaves 2027-06-30, next notice of p0 2026-06-30
		? 2026-06-30 implemented, p0 withdrawn, p1 from 06-03, p1 leaves 2027-06-30, next notice of p1 2027-06-30
		? 2027-06-30 terminated, p0 withdrawn, p1 withdrawn`},

	// Withdrawal by a party that is not bound.
	{"a party that approved nothing refuses by its withdrawal", club(3, condition.Condition{}), `
		06-01 approve p0
		06-02 withdraw p1
		06-03 withdraw p1 id=again
		? 06-02 rejected, p1 rejected
		! again noted: already`},
	{"whether or not the deal is in force for others", many, inForceOfMany + `
		06-05 withdraw p2
		06-06 withdraw p2 id=again
		! again noted: already
		? 06-06 implemented, p0 from 06-03, p1 from 06-03, p2 rejected`},
	{"an approval that stands but does not bind yet is taken back at once", deal(many, func(a *dealstate.Agreement) { a.Join = &dealstate.Join{Delay: *days(30)} }), inForceOfMany + `
		06-10 approve p2
		06-12 withdraw p2
		? 06-11 implemented, p0 from 06-03, p1 from 06-03, p2 from 07-10
		? 06-12 implemented, p0 from 06-03, p1 from 06-03, p2 withdrawn`},
	{"when every party has left a deal of many, it is terminated", many, inForceOfMany + `
		06-10 withdraw p0
		06-11 withdraw p1
		? 06-20 implemented, p0 withdrawn, p1 from 06-03, p1 leaves 06-21, next notice of p1 06-21
		? 06-21 terminated, p0 withdrawn, p1 withdrawn`},

	// Rejection is not the end.
	{"from rejected, all that the parties do is kept", pairWith(func(a *dealstate.Agreement) { a.Commitments = []dealstate.Commitment{{ID: "c", Party: "a"}} }), `
		06-01 reject b
		06-02 sign a
		06-03 perform a for=c
		06-04 breach a for=c
		06-05 submit
		06-06 dispute b
		06-07 settle
		06-08 approve a
		06-09 withdraw a
		06-10 reject a
		! sign-a-06-02 applied
		! submit-06-05 applied
		! dispute-b-06-06 applied
		! settle-06-07 applied
		! reject-a-06-10 applied
		? 06-08 rejected, a signed, b rejected, c broken 06-04
		? 06-10 rejected, a rejected, a signed, b rejected, c broken 06-04`},
	{"an amendment clears rejections", pair(), `
		06-01 reject b
		06-02 amend
		? 06-02 awaiting_approvals`},

	// Joining.
	{"an approval dated at the trigger is bound from entry into force, and a later one by its own delay",
		twoOfThree(func(a *dealstate.Agreement) { a.Effect, a.Join = days(30), &dealstate.Join{Delay: *days(5)} }), `
		06-01 approve p0
		06-10 approve p1
		06-10 approve p2 id=zz
		? 07-10 implemented, p0 from 07-10, p1 from 07-10, p2 from 07-10`},
	{"nobody is bound before entry into force", twoOfThree(func(a *dealstate.Agreement) { a.Effect, a.Join = days(30), &dealstate.Join{Delay: *days(5)} }), `
		06-01 approve p0
		06-10 approve p1
		06-11 approve p2
		? 07-10 implemented, p0 from 07-10, p1 from 07-10, p2 from 07-10`},
	{"a party that joins later is bound by its own delay", twoOfThree(func(a *dealstate.Agreement) { a.Effect, a.Join = days(30), &dealstate.Join{Delay: *days(5)} }), `
		06-01 approve p0
		06-10 approve p1
		07-20 approve p2
		? 07-20 implemented, p0 from 07-10, p1 from 07-10, p2 from 07-25`},
	{"with from force, an approval before entry into force is bound from there",
		twoOfThree(func(a *dealstate.Agreement) {
			a.Effect, a.Join = days(30), &dealstate.Join{Delay: *days(90), From: dealstate.FromForce}
		}), `
		06-01 approve p0
		06-10 approve p1
		07-09 approve p2
		? 07-10 implemented, p0 from 07-10, p1 from 07-10, p2 from 07-10`},
	{"and one dated at entry into force counts its own delay",
		twoOfThree(func(a *dealstate.Agreement) {
			a.Effect, a.Join = days(30), &dealstate.Join{Delay: *days(90), From: dealstate.FromForce}
		}), `
		06-01 approve p0
		06-10 approve p1
		07-10 approve p2
		? 07-10 implemented, p0 from 07-10, p1 from 07-10, p2 from 10-08`},

	// Renewal.
	{"a term that no extension has set runs again and again", pairWith(renewed), `
		06-01 approve a
		06-01 approve b
		? 06-30 implemented, a from 06-01, b from 06-01, next term 07-01
		? 07-01 implemented, a from 06-01, b from 06-01, next term 07-11
		? 08-01 implemented, a from 06-01, b from 06-01, next term 08-10`},
	{"one that all sides have extended does not", pairWith(renewed), `
		06-01 approve a
		06-01 approve b
		06-10 extend until=07-05
		? 07-04 implemented, a from 06-01, b from 06-01, next term 07-05
		? 07-05 expired`},
	{"a notice that runs at the term's instant bars renewal for all", deal(many, renewed), `
		06-01 approve p0
		06-01 approve p1
		06-25 withdraw p0
		? 06-30 implemented, p0 from 06-01, p0 leaves 07-05, p1 from 06-01, next term 07-01
		? 07-01 expired`},
	{"a notice that ends at that instant bars it too", deal(many, renewed), `
		06-01 approve p0
		06-01 approve p1
		06-21 withdraw p0
		? 07-01 expired, p0 withdrawn`},
	{"one that ended earlier does not", deal(many, renewed), `
		06-01 approve p0
		06-01 approve p1
		06-20 withdraw p0
		? 07-01 implemented, p0 withdrawn, p1 from 06-01, next term 07-11`},
	{"with renewal and no notice, a withdrawal takes effect when the term ends", pairWith(renewed), `
		06-01 approve a
		06-01 approve b
		07-05 withdraw a
		? 07-05 implemented, a from 06-01, a leaves 07-11, b from 06-01, next notice of a 07-11
		? 07-11 terminated, a withdrawn`},

	// Own timers and states.
	{"going to an added state in force and back resets neither in_force nor the term", review, `
		06-01 approve a
		06-01 approve b
		06-10 dispute a
		06-15 settle
		? 06-10 review, a from 06-01, b from 06-01, next timer snapback 07-10
		? 06-15 implemented, a from 06-01, b from 06-01, next term 07-31`},
	{"a timer runs from entry to a state that one of its rules leaves", review, `
		06-01 approve a
		06-01 approve b
		06-10 dispute a
		? 07-09 review, a from 06-01, b from 06-01, next timer snapback 07-10
		? 07-10 terminated`},
	{"a rule whose to does not name the state does not restart it", review, `
		06-01 approve a
		06-01 approve b
		06-10 dispute a
		06-20 perform a for=c
		? 06-20 review, a from 06-01, b from 06-01, c performed, next timer snapback 07-10`},
	{"a rule whose to names that state restarts it", review, `
		06-01 approve a
		06-01 approve b
		06-10 dispute a
		06-20 dispute b
		? 06-20 review, a from 06-01, b from 06-01, next timer snapback 07-20`},
	{"an added state in force has implemented's rules on withdraw and notice", review, `
		06-01 approve a
		06-01 approve b
		06-10 dispute a
		06-11 withdraw b
		? 06-11 review, a from 06-01, b from 06-01, b leaves 06-21, next notice of b 06-21
		? 06-21 terminated, b withdrawn`},

	// Instants.
	{"a threshold that falls is judged at its instant, without an event", falls, `
		06-01 approve p0
		06-02 approve p1
		? 2025-06-30T23:59:59Z awaiting_approvals, next reached 07-01
		? 07-01 approved`},
	{"a rejection that leaves only the lower threshold waits for it", falls, `
		06-01 reject p2
		06-02 approve p0
		06-02 approve p1
		? 06-30 awaiting_approvals, p2 rejected, next reached 07-01
		? 07-01 approved, p2 rejected`},
	{"a window that closes makes a condition lost that was not met", window, `
		06-01 approve p0
		? 06-30 awaiting_approvals, next reached 07-01
		? 07-01 rejected`},
	{"a window that closes does not undo a condition already met", window, `
		06-01 approve p0
		06-02 approve p1
		07-05 implement
		? 07-02 approved
		? 07-05 implemented, p0 from 07-05, p1 from 07-05`},

	// Signatures.
	{"without party a signature is that of all, and an amendment clears signatures", pair(), `
		06-01 sign role=negotiator
		06-02 amend
		06-03 sign b
		? 06-01 negotiated, a signed, b signed
		? 06-02 negotiated
		? 06-03 negotiated, b signed`},
	{"nothing is signed once the deal has lapsed", pairWith(func(a *dealstate.Agreement) { a.Deadline = time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC) }), `
		06-10 sign a
		! sign-a-06-10 refused: no_rule
		? 06-10 lapsed`},
	{"a condition may ask for signatures instead of approvals", pairWith(func(a *dealstate.Agreement) { a.Approval = condition.CountSigned(condition.AtLeast(2), "") }), `
		06-01 sign a
		06-02 sign b
		? 06-01 negotiated, a signed
		? 06-02 approved, a signed, b signed`},

	// Provisional application.
	{"one side of two applies for itself only, and both together provisionally", pair(), `
		06-01 apply a
		06-02 apply b
		? 06-01 negotiated, a provisional
		? 06-02 provisional, a provisional, b provisional`},
	{"of many it takes all jointly", club(3, condition.Condition{}), `
		06-01 apply p0
		06-02 apply
		? 06-01 negotiated, p0 provisional
		? 06-02 provisional, p0 provisional, p1 provisional, p2 provisional`},
	{"approvals and rejections go on, and a rejection does not end it", pair(), provisionally + `
		06-03 reject b
		06-04 approve b
		06-05 implement
		? 06-03 provisional, a provisional, b rejected, b provisional
		? 06-05 implemented, a from 06-05, b from 06-05`},
	{"the deadline lapses it while the condition is not met",
		pairWith(func(a *dealstate.Agreement) { a.Deadline = time.Date(2025, 6, 10, 0, 0, 0, 0, time.UTC) }), provisionally + `
		? 06-09 provisional, a provisional, b provisional, next deadline 06-10
		? 06-10 lapsed`},
	{"a withdrawal ends it at once and takes that party's approval back", pair(), provisionally + `
		06-03 withdraw a
		? 06-03 awaiting_approvals, a withdrawn`},
	{"or counts as its rejection", pair(), provisionally + `
		06-03 withdraw b
		? 06-03 rejected, b rejected`},
	{"a joint termination ends the application only", pair(), provisionally + `
		06-03 terminate
		? 06-03 awaiting_b_approval`},

	// Commitments.
	{"a commitment's deadline is an instant, or counts from entry into force", owing, inForceOfTwo + `
		? 06-14 implemented, a from 06-03, b from 06-03, next overdue of d 06-15
		? 06-15 implemented, a from 06-03, b from 06-03, d overdue 06-15, next overdue of c 06-23
		? 06-23 implemented, a from 06-03, b from 06-03, c overdue 06-23, d overdue 06-15`},
	{"what is performed is not overdue, and a later performance cures", owing, inForceOfTwo + `
		06-10 perform a for=c
		06-20 perform b for=d
		? 06-19 implemented, a from 06-03, b from 06-03, c performed, d overdue 06-15
		? 06-30 implemented, a from 06-03, b from 06-03, c performed, d performed`},
	{"a breach undoes a performance, and a later performance cures it", owing, inForceOfTwo + `
		06-10 perform a for=c
		06-12 breach a for=c
		06-13 breach a for=c id=again
		06-14 perform a for=c
		! again noted: already
		? 06-12 implemented, a from 06-03, b from 06-03, c broken 06-12, next overdue of d 06-15
		? 06-14 implemented, a from 06-03, b from 06-03, c performed, next overdue of d 06-15`},
	{"a breach after the deadline is overdue from the breach", owing, inForceOfTwo + `
		06-10 perform b for=d
		06-18 breach b for=d
		? 06-18 implemented, a from 06-03, b from 06-03, d broken 06-18, d overdue 06-18, next overdue of c 06-23`},

	// Suspension.
	{"a suspension of one commitment concerns that commitment only", owing, inForceOfTwo + `
		06-10 suspend a for=c
		06-11 resume a for=c
		06-12 resume a for=c id=again
		! again refused: nothing_to_resume
		? 06-10 implemented, a from 06-03, b from 06-03, c suspended, next overdue of d 06-15
		? 06-11 implemented, a from 06-03, b from 06-03, next overdue of d 06-15`},
	{"one of many suspends its own part", many, inForceOfMany + `
		06-10 suspend p0
		06-11 resume p0
		? 06-10 implemented, p0 from 06-03, p0 suspended, p1 from 06-03
		? 06-11 implemented, p0 from 06-03, p1 from 06-03`},
	{"a deal of two is suspended while either side suspends", pair(), inForceOfTwo + `
		06-10 suspend a
		06-11 suspend b
		06-12 resume a
		06-13 resume b
		? 06-10 suspended, a from 06-03, a suspended, b from 06-03
		? 06-12 suspended, a from 06-03, b from 06-03, b suspended
		? 06-13 implemented, a from 06-03, b from 06-03`},
	{"a joint suspension is by both, and each side resumes its own", pair(), inForceOfTwo + `
		06-10 suspend
		06-11 resume a
		06-12 resume b
		? 06-10 suspended, a from 06-03, a suspended, b from 06-03, b suspended
		? 06-11 suspended, a from 06-03, b from 06-03, b suspended
		? 06-12 implemented, a from 06-03, b from 06-03`},
}

func TestEachSentenceOfTheDesignMeansWhatItSays(t *testing.T) {
	t.Parallel()
	for _, m := range meanings {
		t.Run(m.sentence, m.run)
	}
}

// A notice is not seen before it is known.
func TestANoticeIsNotSeenBeforeItIsKnown(t *testing.T) {
	t.Parallel()
	d := open(t, noticed, inForceOfTwo+"06-10 withdraw a rec=06-15")
	for known, leaves := range map[string]bool{"06-14": false, "06-15": true} {
		s := d.At(dealstate.View{KnownBy: date(t, known), AsOf: date(t, "06-19")})
		p, _ := s.Party("a")
		require.Equal(t, leaves, !p.Leaves.IsZero(), known)
	}
	require.Equal(t, dealstate.StateImplemented, d.At(dealstate.View{KnownBy: date(t, "06-14"), AsOf: date(t, "07-30")}).State)
}

// A negotiator signs under every policy; an approval by one counts under none of the
// first two.
func TestASignatureCountsLikeTalks(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(pair())
	require.NoError(t, err)
	for _, p := range dealstate.Policies() {
		s, _, err := m.Fold(story(t, "pair", "06-01 sign a role=negotiator\n06-02 apply role=negotiator"), dealstate.View{Policy: p})
		require.NoError(t, err)
		require.True(t, s.Parties[0].Signed, p.Name)
		require.Equal(t, p.Name == "reported", s.State == dealstate.StateProvisional, p.Name)
	}
}

func TestANoticePeriodEndsOnTheFirstOnAfterTheNextBy(t *testing.T) {
	t.Parallel()
	whales := dealstate.NoticePeriod{On: dealstate.Day{Month: time.June, Day: 30}, By: dealstate.Day{Month: time.January, Day: 1}}
	turned := dealstate.NoticePeriod{On: dealstate.Day{Month: time.January, Day: 1}, By: dealstate.Day{Month: time.June, Day: 30}}
	for _, c := range []struct {
		period      dealstate.NoticePeriod
		given, ends string
	}{
		{whales, "2018-12-26", "2019-06-30"}, {whales, "2019-01-01T23:59:59Z", "2019-06-30"}, {whales, "2019-01-02", "2020-06-30"},
		{whales, "2019-06-30", "2020-06-30"}, {turned, "2019-06-30", "2020-01-01"}, {turned, "2019-07-01", "2021-01-01"},
		{dealstate.NoticePeriod{Delay: dealstate.Delay{Months: 12}}, "2019-11-04", "2020-11-04"},
		{dealstate.NoticePeriod{Delay: dealstate.Delay{Months: 3, FirstOfMonth: 1}}, "2019-11-04", "2020-03-01"},
	} {
		require.Equal(t, date(t, c.ends), c.period.After(date(t, c.given)), "%v given %s", c.period, c.given)
	}
}
