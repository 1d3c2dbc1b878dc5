package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// lane draws one lane: its name and its rows.
func (s *timelineSVG) lane(l lane, shaded bool) {
	top := s.y
	if s.gutter == 0 {
		s.y += 1 + 14*float64(len(s.nameLines(l)))
	}
	names := s.names(l)
	for i, r := range l.rows {
		s.row(l, r, names[i])
	}
	s.y = max(s.y, top+s.laneName(l, top))
	if shaded {
		s.bands.rect(0, top, s.width, s.y-top, "band", "")
	}
}

// names gives the text beside each row. There is none where all policies agree.
func (s *timelineSVG) names(l lane) []string {
	names := make([]string, len(l.rows))
	if len(l.rows) == 1 {
		if l.kind == stateLane && len(l.rows[0].policies) > 1 {
			names[0] = "every policy"
		}
		return names
	}
	for i, r := range l.rows {
		names[i] = clipToWidth(strings.Join(slices.Compact(slices.Clone(r.policies)), ", "), 11, 100)
	}
	return names
}

// laneName writes the lane's name in the gutter, or above the lane, and gives its
// height.
func (s *timelineSVG) laneName(l lane, top float64) float64 {
	s.open("g")
	if l.title != "" {
		s.element("title", l.title)
	}
	lines := s.nameLines(l)
	for i, line := range lines {
		s.text(12, top+15+float64(i)*14, "", line)
	}
	s.shut("g")
	return float64(len(lines))*14 + 8
}

func (s *timelineSVG) nameLines(l lane) []string {
	room := s.gutter - 16
	for _, name := range s.names(l) {
		room = min(room, s.gutter-28-widthOf(name, 11))
	}
	if s.gutter == 0 {
		room = s.width - 24
	}
	return widest.wrap(l.name, 12, room, 4)
}

// row draws marks over bars, or the spells of a state with their labels.
func (s *timelineSVG) row(l lane, r laneRow, name string) {
	s.y += 4
	if name != "" && s.gutter == 0 {
		s.y += 11
		s.text(s.axis.left, s.y, "s", name)
		s.y += 3
	}
	top := s.y
	switch l.kind {
	case stateLane:
		s.callouts(r)
		s.bars(r, 20, "")
	case countLane:
		s.marks(r)
		s.counts(r)
	case reportLane:
		s.marks(r)
	default:
		s.marks(r)
		of := ""
		if l.kind == partyLane {
			of = " (party)" // a deal may be approved, too, in another colour
		}
		s.bars(r, 13, of)
		s.strips(r)
	}
	if s.gutter > 0 {
		s.text(s.gutter, (top+s.y)/2+4, "s end", name)
	}
	s.y += 4
}

// bars draws the coloured stretches, with their labels where these fit, and notes for the
// legend what each colour is of.
func (s *timelineSVG) bars(r laneRow, height float64, of string) {
	if height < 20 {
		s.line(s.axis.left, s.y+height/2, s.axis.right, s.y+height/2, "idle")
	}
	for _, b := range r.bars {
		x, end, ok := s.extent(b)
		if !ok {
			continue
		}
		s.rect(x, s.y, max(end-x, 1.5), height, "hue "+string(b.hue), b.title)
		if words := b.label + of; !slices.Contains(s.hues[b.hue], words) {
			s.hues[b.hue] = append(s.hues[b.hue], words)
		}
		if fits(b, end-x) {
			s.text((x+end)/2, s.y+height/2+4, classes("t mid", b.on()), b.label)
		}
	}
	if at := r.due; !at.IsZero() && !at.Before(s.axis.from) && !at.After(s.axis.to) {
		s.shape("line", "deadline "+due(dealstate.Overdue, at), "x1", s.axis.x(at), "y1", s.y-4, "x2", s.axis.x(at), "y2", s.y+height+4, "class", "deadline")
		s.deadlines = true
	}
	s.y += height
}

// strips draws what a party does for itself, and the time for which a commitment is
// suspended, below the bars.
func (s *timelineSVG) strips(r laneRow) {
	const height = 13.0
	if len(r.strips) == 0 {
		return
	}
	s.y += 2
	for _, b := range r.strips {
		x, end, ok := s.extent(b)
		if !ok {
			continue
		}
		s.rect(x, s.y, max(end-x, 2), height, "strip "+string(b.hue), b.title)
		if !slices.Contains(s.hues[b.hue], b.label) {
			s.hues[b.hue] = append(s.hues[b.hue], b.label)
		}
		if fits(b, end-x) {
			s.text((x+end)/2, s.y+height/2+4, "t mid", b.label)
		}
	}
	s.y += height
}

func (b bar) on() string {
	if b.hue == "hollow" {
		return ""
	}
	return b.hue.on()
}

func fits(b bar, width float64) bool { return widthOf(b.label, 11)+8 <= width }

// extent is where a bar lies on the axis; ok is false if it lies outside.
func (s *timelineSVG) extent(b bar) (from, to float64, ok bool) {
	if b.to.Before(s.axis.from) || b.from.After(s.axis.to) {
		return 0, 0, false
	}
	return s.axis.x(b.from), s.axis.x(b.to), true
}

// callouts labels, above the bar, the spells that are too short for a label inside.
func (s *timelineSVG) callouts(r laneRow) {
	var labels []label
	for _, b := range r.bars {
		if x, end, ok := s.extent(b); ok && !fits(b, end-x) {
			labels = append(labels, label{x: (x + end) / 2, text: b.label, class: "s", lead: "lead"})
		}
	}
	placed, lines := placeLabels(labels, 11, s.axis.left-2, s.axis.right+12, 4)
	s.y += float64(lines) * lineHeight
	drawPlaced(&s.svgWriter, placed, s.y-4, s.y)
}

// counts draws how many parties have approved, as a step curve.
func (s *timelineSVG) counts(r laneRow) {
	const height = 46.0
	foot := s.y + height
	y := func(n int) float64 { return foot - float64(n)/float64(max(r.of, 1))*(height-14) }
	var steps strings.Builder
	fmt.Fprintf(&steps, "M%s %s", num(s.axis.left), num(foot))
	last := 0
	for _, c := range r.counts {
		fmt.Fprintf(&steps, "H%sV%s", num(s.axis.x(c.at)), num(y(c.n)))
		last = c.n
	}
	end := s.axis.right
	s.shape("path", "", "d", steps.String()+fmt.Sprintf("H%sV%sZ", num(end), num(foot)), "class", "area a2")
	s.path("curve c2", steps.String()+"H"+num(end))
	s.line(s.axis.left, foot, end, foot, "axis")
	s.text(end, y(last)-4, "s end", fmt.Sprintf("%d of %d", last, r.of))
	s.y = foot
}
