package render

import (
	"cmp"
	"slices"
)

// Labels that have no room of their own are placed above what they speak of,
// on one of a few lines, with a leader down to it. A label is drawn only where it
// meets no other label and no other leader.

// label is a text to be drawn near x, where it has no room of its own. It is placed
// above what it describes, on one of a few lines, with a leader (a thin line) down to
// it.
type label struct {
	x     float64
	text  string
	class string
	lead  string // the leader's class; "": none is drawn
}

// placed is a label with the place that was found for it. Line 0 is the lowest.
type placed struct {
	label
	from, to float64
	line     int
	end      bool // it stands to the left of its leader
}

// maxLabels bounds how many labels are placed; more would not be legible.
const maxLabels = 120

// placeLabels finds room for the labels on a few lines between left and right. A label
// without room is left out.
func placeLabels(labels []label, size, left, right float64, most int) (out []placed, lines int) {
	labels = labels[:min(len(labels), maxLabels)]
	out, lines = placeInTurn(labels, size, left, right, most, []bool{false, true})
	if len(out) == len(labels) {
		return out, lines
	}
	// From the left, each on the left of its leader, more of them may have room.
	byPlace := slices.SortedStableFunc(slices.Values(labels), func(a, b label) int {
		if (a.lead == "") != (b.lead == "") {
			return cmp.Compare(b.lead, a.lead)
		}
		return cmp.Compare(a.x, b.x)
	})
	if other, n := placeInTurn(byPlace, size, left, right, most, []bool{true, false}); len(other) > len(out) {
		return other, n
	}
	return out, lines
}

// placeInTurn places one label after the other, on the sides of its leader in order.
func placeInTurn(labels []label, size, left, right float64, most int, ends []bool) (out []placed, lines int) {
	for _, l := range labels {
		if p, ok := findRoom(out, l, size, left, right, most, ends); ok {
			out = append(out, p)
			lines = max(lines, p.line+1)
		}
	}
	return out, lines
}

// findRoom finds the lowest line on which the label meets no other.
func findRoom(taken []placed, l label, size, left, right float64, most int, ends []bool) (placed, bool) {
	width := widthOf(l.text, size) + 6
	for line := range most {
		for _, end := range ends {
			p := placed{label: l, from: l.x, to: l.x + width, line: line, end: end}
			if end {
				p.from, p.to = l.x-width, l.x
			}
			if p.from >= left && p.to <= right && p.free(taken) {
				return p, true
			}
		}
	}
	return placed{}, false
}

// free reports whether neither the label nor its leader meets another's.
func (p placed) free(taken []placed) bool {
	for _, q := range taken {
		switch {
		case p.line == q.line && p.from < q.to+2 && q.from < p.to+2:
			return false
		case p.lead != "" && p.line > q.line && p.x > q.from-2 && p.x < q.to+2: // p's leader runs through q
			return false
		case q.lead != "" && p.line < q.line && q.x > p.from-2 && q.x < p.to+2: // q's leader runs through p
			return false
		}
	}
	return true
}

// lineHeight is the distance between two lines of labels.
const lineHeight = 14.0

// drawPlaced writes the labels, the lowest line at y, with their leaders down to foot.
func drawPlaced(p *svgWriter, labels []placed, y, foot float64) {
	for _, l := range labels {
		base := y - float64(l.line)*lineHeight
		if l.lead != "" {
			p.line(l.x, base-9, l.x, foot, l.lead)
		}
		class, x := l.class, l.x+3
		if l.end {
			class, x = class+" end", l.x-3
		}
		p.text(x, base, class, l.text)
	}
}
