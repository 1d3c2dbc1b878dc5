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

// noTime is an instant that does not come. Instants inside a life are ticks of
// the plan's axis.
const noTime = int64(math.MaxInt64)

// plan is a model bound to a start: what all lives share. It does not change.
type plan struct {
	start     Start
	axis      axis
	options   Options
	actors    []actor
	implement *dealstate.Act
	toForce   Wait  // from the condition being met to the implement event
	metSince  int64 // at the start; noTime: it is not met
	standing  int   // parties whose approval stands at the start
	states    []dealstate.State
	first     int    // the state at the start
	inForce   []bool // by state
	clocks    bool
	deeds     []deed // the acts of the model's list
	involved  bool   // a clock may change more than the state: whom the deal binds, or whether the condition is met
	hurries   bool   // some actor hastens or follows, so an approval moves others
	until     int64
	dates     []int64 // ascending
	seed      uint64
}

// actor is one party of the model.
type actor struct {
	party   int // in the agreement
	after   int // the party it waits for; -1: none
	wait    Wait
	haste   float64
	press   int64 // when the pressure of the deadline begins
	factor  float64
	asked   int64 // at the start; noTime: it is not asked
	ok      bool  // at the start: its approval stands
	acts    [3]*dealstate.Act
	chances [3]float64 // cumulative
	certain bool
}

// deed is an act of the model's list.
type deed struct {
	act    *dealstate.Act
	kind   waitingSince
	wait   Wait
	since  int64 // at the start, from when it waits; noTime: it does not yet
	undoes int   // the deed that waits anew after it; -1: none
}

// life is one future. It runs on the library's own cursor; here is only who
// acts when. A life is used again for the next.
type life struct {
	*plan
	cursor   *dealstate.Cursor
	rng      rand.PCG
	who      []waiting // by actor
	doing    []int64   // by deed: when it is done; noTime: not as things stand
	forceDue int64     // when the implement event is due
	approved int       // parties whose approval stands
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
	trail    []int   // the states reached, but for the one at the start
	date     int     // the next of the dates
	held     []int   // by date: the state that was held
}

// waiting is where one actor stands in one life.
type waiting struct {
	asked  int64
	from   int64   // up to when its hazard is accounted for
	budget float64 // hazard that is left until it acts
	due    int64
	act    int8 // index of what it will do; 3: nothing
	ok     bool // its approval stands
	behind bool // its time begins once another has approved
}

func newLife(p *plan) *life {
	l := &life{plan: p, cursor: p.start.machine.Cursor(p.start.policy)}
	l.doing = make([]int64, len(p.deeds))
	l.who, l.reached, l.held = make([]waiting, len(p.actors)), make([]int64, len(p.states)), make([]int, len(p.dates))
	for i := range l.reached {
		l.reached[i] = noTime
	}
	return l
}

// live runs the life of that number. Every life has a random stream of its
// own, so that it comes out alike whoever runs it, and when. The error is the
// context's, or that the life does not end; it is not to be counted then.
func (l *life) live(ctx context.Context, number uint64) error {
	l.begin(number)
	for acts := 0; ; {
		who, at := l.next()
		if acts == mostActs && at <= l.until {
			return l.endless(at)
		}
		if l.acts++; l.acts%glance == 0 && ctx.Err() != nil {
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
		l.move(who, at)
		l.look(at)
	}
	l.hold(noTime)
	return nil
}

const (
	// mostActs bounds one life, and as many firings of clocks do. Only what comes again
	// and again can lead there: amendments, breaches and performances; renewals and timers.
	mostActs = 1_000_000
	// glance is after how many acts a worker looks at its context, some
	// millisecond.
	glance = 4_096
)

// endless says whose amendments keep the life from its end, or which act.
func (l *life) endless(at int64) error {
	if l.doer >= 0 || l.amender < 0 {
		return field.Errorf(fmt.Sprintf("acts[%d].wait", max(0, l.doer)),
			"the act comes again sooner than time passes: a life came to %d acts by %s; want a longer wait, or an earlier until", mostActs, say(l.axis.at(at)))
	}
	party := l.start.agreement.Parties[l.actors[l.amender].party].ID
	return field.Errorf(fmt.Sprintf("parties[%d].choice.amend", l.amender),
		"%s demands amendments sooner than time passes: a life came to %d acts by %s; want a longer wait, a smaller chance, or an earlier until",
		party, mostActs, say(l.axis.at(at)))
}

func (l *life) begin(number uint64) {
	seedStream(&l.rng, l.seed, number)
	l.cursor.Set(l.start.cursor)
	for _, s := range l.trail {
		l.reached[s] = noTime
	}
	l.trail = l.trail[:0]
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

// seedStream gives each life its own PCG stream: seed and number are spread over
// 128 bits by the finalizer of SplitMix64 (Steele, Lea, Flood, "Fast splittable
// pseudorandom number generators", OOPSLA 2014).
func seedStream(rng *rand.PCG, seed, number uint64) {
	high := mix(seed + mix(number+0x9e3779b97f4a7c15))
	rng.Seed(high, mix(high+0x9e3779b97f4a7c15))
}

func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// unit draws from the open interval 0 to 1.
func (l *life) unit() float64 { return (float64(l.rng.Uint64()>>11) + 0.5) / (1 << 53) }

// ask puts the present text to an actor, or has it go on waiting since then.
func (l *life) ask(i int, since int64) {
	a, w := &l.actors[i], &l.who[i]
	w.asked, w.from, w.due, w.behind = since, l.now, noTime, false
	if w.ok || since == noTime {
		return
	}
	w.budget = -math.Log(l.unit()) // one draw each time, so that lives stay comparable
	w.act = 0
	if !a.certain {
		w.act = a.choose(l.unit())
	}
	if a.after >= 0 && !l.cursor.Approved(a.after) {
		w.behind = true
		return
	}
	w.due = l.dueOf(a, w)
}

func (a *actor) choose(u float64) int8 {
	for i, c := range a.chances {
		if u < c {
			return int8(i)
		}
	}
	return int8(len(a.chances))
}

// dueOf is when an actor's hazard will have used up its budget.
func (l *life) dueOf(a *actor, w *waiting) int64 {
	rate, from, budget := l.rate(a, w), float64(w.from-w.asked), w.budget
	begun := a.wait.begun(from)
	if press := float64(a.press - w.asked); a.factor != 1 && a.press != noTime {
		if from < press {
			if t := a.wait.invert(begun + budget/rate); t <= press {
				return w.at(t)
			}
			at := a.wait.begun(press)
			budget -= rate * (at - begun)
			begun = at
		}
		rate *= a.factor
	}
	return w.at(a.wait.invert(begun + budget/rate))
}

// begun is H at t, where most waits begin: at 0.
func (w *Wait) begun(t float64) float64 {
	if t <= 0 {
		return 0
	}
	return w.cumulative(t)
}

// at turns a span since the actor was asked into an instant, not before what is
// accounted for.
func (w *waiting) at(span float64) int64 {
	if !(span < longest) {
		return noTime
	}
	return max(w.from, w.asked+int64(span))
}

func (l *life) rate(a *actor, w *waiting) float64 {
	if l.approved > 0 && !w.ok {
		return a.haste
	}
	return 1
}

// spend accounts for an actor's hazard up to now, at the rate that held so far.
func (l *life) spend(a *actor, w *waiting, rate float64) {
	if w.due == noTime || w.due <= l.now {
		return
	}
	from, to := float64(w.from-w.asked), float64(l.now-w.asked)
	if press := float64(a.press - w.asked); a.factor != 1 && a.press != noTime && to > press {
		split := max(from, press)
		w.budget -= rate * (a.wait.begun(split) - a.wait.begun(from))
		from, rate = split, rate*a.factor
	}
	w.budget = max(0, w.budget-rate*(a.wait.begun(to)-a.wait.begun(from)))
	w.from = l.now
}

// next finds who acts next; -1 is the implement event, and what follows the actors are
// the deeds.
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
	if l.cursor.Take(d.act, l.axis.at(at)) != dealstate.Applied {
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
	l.judge(-1)
}

func (l *life) move(who int, at int64) {
	if who < 0 {
		l.forceDue = noTime
		l.cursor.Take(l.implement, l.axis.at(at))
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
	if l.cursor.Take(a.acts[w.act], l.axis.at(at)) != dealstate.Applied {
		return // too late: the rules refuse it
	}
	switch w.act {
	case 0:
		l.approves(who)
	case 2:
		l.amender, l.doer = who, -1
		l.beginsAnew()
	}
	l.judge(who)
}

// approves lets the others hurry after, if they do.
func (l *life) approves(who int) {
	l.who[who].ok = true
	if l.hurries {
		for i := range l.who {
			l.hurry(i, who)
		}
	}
	l.approved++
}

// hurry moves an actor when another has approved, while l.approved still counts
// those before.
func (l *life) hurry(i, after int) {
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

// beginsAnew puts a new revision to everybody.
func (l *life) beginsAnew() {
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

// judge notes when the approval condition comes to be met, and by whom.
func (l *life) judge(who int) {
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

// draw gives when a wait ends that has lasted since an instant: that for the implement
// event, if nothing undoes the approvals that stand since then, or that of a deed.
func (l *life) draw(wait *Wait, since int64) int64 {
	if wait.IsZero() {
		return noTime
	}
	w := waiting{asked: since, from: l.now}
	return w.at(wait.invert(wait.begun(float64(l.now-since)) - math.Log(l.unit())))
}

// clocksUpTo lets the clocks fire one by one, to see each state on the way. Again: one
// fired that may change what happens next.
func (l *life) clocksUpTo(ctx context.Context, to int64) (again bool, err error) {
	for {
		clock, ok := l.cursor.Next()
		if !ok {
			break
		}
		at := l.axis.of(clock.Due)
		if at > to {
			break
		}
		switch {
		case l.fired == mostActs:
			return false, l.restless(clock)
		case l.fired%glance == glance-1 && ctx.Err() != nil:
			return false, context.Cause(ctx)
		}
		l.fired++
		l.cursor.Advance(clock.Due)
		l.now = max(l.now, at)
		l.look(l.now)
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
		say(l.options.Until), clock, mostActs, say(clock.Due))
}

// look notes a change of state.
func (l *life) look(at int64) {
	name := l.cursor.State()
	if name == l.name {
		return
	}
	l.hold(at)
	was := l.inForce[l.state]
	if l.name, l.state = name, l.index(name); l.inForce[l.state] != was {
		l.comeOrGo(at)
	}
	if l.reached[l.state] == noTime {
		l.reached[l.state] = at
		l.trail = append(l.trail, l.state)
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

// hold notes the state held at each of the dates before the instant.
func (l *life) hold(until int64) {
	for l.date < len(l.dates) && l.dates[l.date] < until {
		l.held[l.date] = l.state
		l.date++
	}
}

func (l *life) index(name dealstate.State) int {
	for i, s := range l.states {
		if s == name {
			return i
		}
	}
	return -1 // cannot be: the lifecycle lists every state
}
