package render

import (
	"strings"
	"time"
)

// axis maps instants to a stretch of pixels.
type axis struct {
	from, to    time.Time
	left, right float64
}

func (a axis) x(t time.Time) float64 {
	share := between(a.from, t).float() / between(a.from, a.to).float()
	return a.left + min(max(share, 0), 1)*(a.right-a.left)
}

// padded widens a range so that nothing is drawn on its very edge. A single instant
// gets a day on each side.
func padded(from, to time.Time) (time.Time, time.Time) {
	length := between(from, to)
	pad := length.part(30).orMore(2 * time.Hour)
	if length.less(spanOf(time.Hour)) {
		pad = spanOf(18 * time.Hour)
	}
	return pad.before(from), pad.after(to)
}

// tick is one line of the axis. A new group (a month, a year) has its name below.
type tick struct {
	at    time.Time
	label string
	group string
}

// spacing is one way to place ticks: the first instant, the next one after each, and
// how they are labelled.
type spacing struct {
	first func(t time.Time) time.Time
	next  func(t time.Time) time.Time
	label string // a layout
	group string
}

// spacings are tried in order, the densest first.
var spacings = []spacing{
	hours(6), hours(12), days(1), days(2), days(5), days(7), days(14),
	months(1), months(2), months(3), months(6), years(1), years(2), years(5), years(10), years(25), years(50), years(100), years(500), years(1000), years(2000), years(5000),
}

func hours(n int) spacing {
	return spacing{label: "15:04", group: "2 Jan 2006",
		first: func(t time.Time) time.Time { return t.Truncate(24 * time.Hour) },
		next:  func(t time.Time) time.Time { return t.Add(time.Duration(n) * time.Hour) }}
}

// days counts within the month, and leaves out a last tick that would stand
// close to the next month's first.
func days(n int) spacing {
	return spacing{label: "2 Jan", group: "2006",
		first: monthOf,
		next: func(t time.Time) time.Time {
			next, month := t.AddDate(0, 0, n), monthOf(t).AddDate(0, 1, 0)
			if n > 1 && month.Sub(next).Hours() < float64(n)*24*.7 {
				return month
			}
			return next
		}}
}

func months(n int) spacing {
	return spacing{label: "Jan", group: "2006",
		first: func(t time.Time) time.Time { return time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC) },
		next:  func(t time.Time) time.Time { return t.AddDate(0, n, 0) }}
}

func years(n int) spacing {
	return spacing{label: "2006",
		first: func(t time.Time) time.Time { return time.Date(t.Year()/n*n, 1, 1, 0, 0, 0, 0, time.UTC) },
		next:  func(t time.Time) time.Time { return t.AddDate(n, 0, 0) }}
}

func monthOf(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC) }

// ticks are the densest ones whose labels fit.
func (a axis) ticks() []tick {
	for _, s := range spacings {
		if ticks, fits := a.try(s); fits {
			return ticks
		}
	}
	return nil
}

// try places ticks by one spacing; fits is false if two labels would meet.
func (a axis) try(s spacing) (ticks []tick, fits bool) {
	room := widthOf(strings.Repeat("0", len(s.label)), 11) + 8
	if s.label == "2 Jan" {
		room = widthOf("30 Sep", 11) + 10
	}
	last := -1e9
	for t := s.first(a.from.UTC()); !t.After(a.to) && t.Year() < 10_000; t = s.next(t) {
		if t.Before(a.from) {
			continue
		}
		x := a.x(t)
		if x-last < room {
			return nil, false
		}
		last = x
		ticks = append(ticks, tick{at: t, label: t.Format(s.label), group: t.Format(s.group)})
	}
	return ticks, true
}

// axisHeight is the room that labels and groups take above the lanes.
const axisHeight = 34.0

// draw writes the labels at y, and the grid lines from there down to bottom.
func (a axis) draw(p *svgWriter, y, bottom float64) {
	group, free := "", a.left-20
	for _, t := range a.ticks() {
		x := a.x(t.at)
		p.line(x, y+axisHeight-4, x, bottom, "grid")
		p.text(a.inside(x, t.label), y+axisHeight-8, "s mid", t.label)
		if t.group != group && x >= free && x-widthOf(t.label, 11)/2+widthOf(t.group, 11) <= a.right+12 {
			p.text(max(x-widthOf(t.label, 11)/2, a.left), y+axisHeight-21, "sb", t.group)
			free = x + widthOf(t.group, 11) + 14
		}
		group = t.group
	}
	p.line(a.left, y+axisHeight-4, a.right, y+axisHeight-4, "axis")
}

// inside moves a centred label so far that it stays within the picture.
func (a axis) inside(x float64, label string) float64 {
	half := widthOf(label, 11) / 2
	return min(max(x, a.left-6+half), a.right+8-half)
}
