package simulate

import (
	"math"
	"math/rand/v2"
)

// seedStream gives each life its own PCG stream: seed and number are spread over
// 128 bits by the finalizer of SplitMix64 (Steele, Lea, Flood, "Fast splittable
// pseudorandom number generators", OOPSLA 2014).
func seedStream(rng *rand.PCG, seed, number uint64) {
	high := mix(seed + mix(number+0x9e3779b97f4a7c15))
	rng.Seed(high, mix(high+0x9e3779b97f4a7c15))
}

// mix is the finalizer of SplitMix64.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// unit draws from the open interval 0 to 1.
func (l *life) unit() float64 { return (float64(l.rng.Uint64()>>11) + 0.5) / (1 << 53) }

// ask puts the present text to an actor. Since is when that happened, which may be
// before the start.
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

// choose picks what the actor will do, from a number between 0 and 1.
func (a *actor) choose(u float64) int8 {
	for i, c := range a.chances {
		if u < c {
			return int8(i)
		}
	}
	return int8(len(a.chances))
}
