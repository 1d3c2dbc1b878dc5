package simulate

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// noTime is the tick of what never happens. All instants inside a life are ticks of
// the plan's timescale.
const noTime = int64(math.MaxInt64)

// life is one simulated future of the deal, a replication in the words of Monte Carlo.
// It runs on the library's own cursor; this code only decides who acts when. One
// worker owns it, and uses it again for its next life, so that a life allocates
// nothing.
type life struct {
	*plan
	cursor   *dealstate.Cursor
	rng      rand.PCG
	who      []actorState // by actor
	doing    []int64      // by deed: when it is done; noTime: not as things stand
	forceDue int64        // when the implement event is due
	approved int          // parties whose approval stands
	met      bool
	last     int // the actor whose approval met the condition; -1: none
	amender  int // the actor who demanded the last amendment; -1: none
	doer     int // the last deed; -1: none, or an amendment came after it
	acts     int // of all lives run on it
	fired    int // clocks, in this life
	state    int
	name     dealstate.State
	now      int64
	reached  []int64 // by state: when first; noTime: never
	visited  []int   // the states reached, but for the one at the start
	date     int     // the next of the dates
	held     []int   // by date: the state that was held
}

// actorState is what one actor is doing in one life. It changes whenever the text or
// somebody's approval does.
type actorState struct {
	asked  int64
	from   int64   // up to when its hazard is accounted for
	budget float64 // hazard that is left until it acts
	due    int64
	act    int8 // index of what it will do; 3: nothing
	ok     bool // its approval stands
	behind bool // its time begins once another has approved
}

// newLife makes a life that a worker can run again and again.
func newLife(p *plan) *life {
	l := &life{plan: p, cursor: p.start.machine.Cursor(p.start.policy)}
	l.doing = make([]int64, len(p.deeds))
	l.who, l.reached, l.held = make([]actorState, len(p.actors)), make([]int64, len(p.states)), make([]int, len(p.dates))
	for i := range l.reached {
		l.reached[i] = noTime
	}
	return l
}

// run lives the life of that number. Each number has its own random stream, so the
// life comes out the same whichever worker runs it, and when. The error is the
// context's, or says that the life does not end; such a life is not to be counted.
func (l *life) run(ctx context.Context, number uint64) error {
	l.reset(number)
	for acts := 0; ; {
		who, at := l.next()
		if acts == maxActs && at <= l.until {
			return l.endless(at)
		}
		if l.acts++; l.acts%checkEvery == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if l.clocks {
			again, err := l.clocksUpTo(ctx, min(at, l.until))
			if err != nil {
				return err
			}
			if again {
				continue
			}
		}
		if at > l.until {
			break
		}
		acts++
		l.now = at
		l.takeTurn(who, at)
		l.noteState(at)
	}
	l.noteDates(noTime)
	return nil
}

const (
	// maxActs bounds one life, and as many firings of clocks do. Only what comes again
	// and again can lead there: amendments, breaches and performances; renewals and timers.
	maxActs = 1_000_000
	// checkEvery is after how many acts the context is looked at: about once a
	// millisecond.
	checkEvery = 4_096
)

// endless is the error for a life without an end. It names the party whose amendments
// cause it, or the act of the model's list.
func (l *life) endless(at int64) error {
	if l.doer >= 0 || l.amender < 0 {
		return field.Errorf(fmt.Sprintf("acts[%d].wait", max(0, l.doer)),
			"the act comes again sooner than time passes: a life came to %d acts by %s; want a longer wait, or an earlier until", maxActs, instantText(l.timescale.at(at)))
	}
	party := l.start.agreement.Parties[l.actors[l.amender].party].ID
	return field.Errorf(fmt.Sprintf("parties[%d].choice.amend", l.amender),
		"%s demands amendments sooner than time passes: a life came to %d acts by %s; want a longer wait, a smaller chance, or an earlier until",
		party, maxActs, instantText(l.timescale.at(at)))
}

// reset takes the life back to the start, with the random stream of that number.
func (l *life) reset(number uint64) {
	seedStream(&l.rng, l.seed, number)
	l.cursor.Set(l.start.cursor)
	for _, s := range l.visited {
		l.reached[s] = noTime
	}
	l.visited = l.visited[:0]
	l.now, l.date, l.state, l.name = 0, 0, l.first, l.states[l.first]
	l.reached[l.first] = 0
	l.fired, l.last, l.amender, l.doer, l.forceDue, l.approved = 0, -1, -1, -1, noTime, l.standing
	for i := range l.who {
		l.who[i].ok = l.actors[i].ok
	}
	if l.met = l.metSince != noTime; l.met {
		l.forceDue = l.draw(&l.toForce, l.metSince)
	}
	for i := range l.who {
		l.ask(i, l.actors[i].asked)
	}
	for i := range l.deeds {
		l.await(i, l.deeds[i].since)
	}
}

// await has a deed wait since an instant; noTime: not as things stand.
func (l *life) await(i int, since int64) {
	l.doing[i] = noTime
	if since != noTime {
		l.doing[i] = l.draw(&l.deeds[i].wait, since)
	}
}

// next is the actor who acts next, and when; -1 is the implement event, and what follows
// the actors are the deeds.
func (l *life) next() (who int, at int64) {
	who, at = -1, l.forceDue
	for i := range l.who {
		if l.who[i].due < at {
			who, at = i, l.who[i].due
		}
	}
	for i, due := range l.doing {
		if due < at {
			who, at = len(l.who)+i, due
		}
	}
	return who, at
}

// do does a deed, if the rules take it.
func (l *life) do(i int, at int64) {
	d := &l.deeds[i]
	l.doing[i] = noTime
	if l.cursor.Take(d.act, l.timescale.at(at)) != dealstate.Applied {
		return
	}
	l.doer = i
	if d.undoes >= 0 {
		l.await(d.undoes, at)
	}
	l.seeAgain()
}

// seeAgain finds out whose approval stands and whether the condition is met, after
// something that no actor did.
func (l *life) seeAgain() {
	l.approved = 0
	for p := range l.start.agreement.Parties {
		if l.cursor.Approved(p) {
			l.approved++
		}
	}
	for i := range l.who {
		l.who[i].ok = l.cursor.Approved(l.actors[i].party)
	}
	l.noteVerdict(-1)
}

// takeTurn lets the actor do what it chose, if the rules still let it.
func (l *life) takeTurn(who int, at int64) {
	if who < 0 {
		l.forceDue = noTime
		l.cursor.Take(l.implement, l.timescale.at(at))
		return
	}
	if who >= len(l.who) {
		l.do(who-len(l.who), at)
		return
	}
	w, a := &l.who[who], &l.actors[who]
	w.due = noTime
	if int(w.act) == len(a.acts) {
		return // lets it lapse
	}
	if l.cursor.Take(a.acts[w.act], l.timescale.at(at)) != dealstate.Applied {
		return // too late: the rules refuse it
	}
	switch w.act {
	case 0:
		l.noteApproval(who)
	case 2:
		l.amender, l.doer = who, -1
		l.askAgain()
	}
	l.noteVerdict(who)
}

// noteApproval counts an approval, and changes the pace of the actors who react to it.
func (l *life) noteApproval(who int) {
	l.who[who].ok = true
	if l.coupled {
		for i := range l.who {
			l.speedUp(i, who)
		}
	}
	l.approved++
}

// speedUp changes one actor's pace after another has approved. It is called while
// l.approved still counts only the approvals before that one.
func (l *life) speedUp(i, after int) {
	a, w := &l.actors[i], &l.who[i]
	switch {
	case w.ok:
	case w.behind && a.after == l.actors[after].party:
		w.asked, w.from, w.behind = l.now, l.now, false
		l.approved++
		w.due = l.dueOf(a, w)
		l.approved--
	case w.due != noTime && l.approved == 0 && a.haste != 1:
		l.spend(a, w, 1)
		l.approved++
		w.due = l.dueOf(a, w)
		l.approved--
	}
}

// askAgain puts a new revision of the text to every actor.
func (l *life) askAgain() {
	l.approved = 0
	for i := range l.who {
		l.who[i].ok = false
	}
	for i := range l.who {
		l.ask(i, l.now)
	}
	for i := range l.deeds {
		if l.deeds[i].kind == sinceText {
			l.await(i, l.now)
		}
	}
}

// noteVerdict notes when the approval condition comes to be met or unmet, and whose
// act did that.
func (l *life) noteVerdict(who int) {
	met := l.cursor.Verdict() == condition.Met
	if met == l.met {
		return
	}
	l.met, l.last, l.forceDue = met, -1, noTime
	if met {
		l.last = who
		l.forceDue = l.draw(&l.toForce, l.now)
	}
}

// clocksUpTo lets the clocks fire one by one, to see each state on the way. Again: one
// fired that may change what happens next.
func (l *life) clocksUpTo(ctx context.Context, to int64) (again bool, err error) {
	for {
		clock, ok := l.cursor.Next()
		if !ok {
			break
		}
		at := l.timescale.of(clock.Due)
		if at > to {
			break
		}
		switch {
		case l.fired == maxActs:
			return false, l.restless(clock)
		case l.fired%checkEvery == checkEvery-1 && ctx.Err() != nil:
			return false, context.Cause(ctx)
		}
		l.fired++
		l.cursor.Advance(clock.Due)
		l.now = max(l.now, at)
		l.noteState(l.now)
		if l.involved {
			l.seeAgain()
			return true, nil
		}
	}
	return false, nil
}

// restless says which clock keeps the life from its end.
func (l *life) restless(clock dealstate.ClockStatus) error {
	return field.Errorf("until", "%s is too far: the clock %s comes again and again, and a life came to %d firings by %s; want an earlier one",
		instantText(l.options.Until), clock, maxActs, instantText(clock.Due))
}

// noteState notes the instant if the deal has come to another state.
func (l *life) noteState(at int64) {
	name := l.cursor.State()
	if name == l.name {
		return
	}
	l.noteDates(at)
	was := l.inForce[l.state]
	if l.name, l.state = name, l.index(name); l.inForce[l.state] != was {
		l.comeOrGo(at)
	}
	if l.reached[l.state] == noTime {
		l.reached[l.state] = at
		l.visited = append(l.visited, l.state)
	}
}

// comeOrGo has the deeds wait that wait in a deal in force, or in one that is not.
func (l *life) comeOrGo(at int64) {
	is := l.inForce[l.state]
	for i := range l.deeds {
		switch {
		case !is:
			l.doing[i] = noTime
		case l.deeds[i].kind == sinceForce:
			l.await(i, at)
		default:
			l.doing[i] = noTime
		}
	}
}

// noteDates notes the state that was held at each of the dates before the instant.
func (l *life) noteDates(until int64) {
	for l.date < len(l.dates) && l.dates[l.date] < until {
		l.held[l.date] = l.state
		l.date++
	}
}

// index is the index of a state. It is a loop, because a lifecycle has few states and
// a map is slower.
func (l *life) index(name dealstate.State) int {
	for i, s := range l.states {
		if s == name {
			return i
		}
	}
	return -1 // cannot be: the lifecycle lists every state
}
