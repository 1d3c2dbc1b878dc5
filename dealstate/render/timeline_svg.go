package render

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// timelineSVG is a timeline while its SVG is drawn: y grows with each lane. It belongs
// to one call of SVG.
type timelineSVG struct {
	svgWriter
	bands  svgWriter // drawn first: the shading of every other lane
	under  svgWriter // then the lines that run behind the lanes
	axis   axis
	width  float64
	gutter float64 // for the names of lanes; 0: they stand above their lanes
	y      float64
	spots  []lineageSpot
	blocks []dealBlock
	hues   map[hue][]string // shown, with the states they stand for

	deadlines bool // one of a commitment is shown
}

// point is a place in the drawing.
type point struct{ x, y float64 }

// SVG draws the timeline. Equal replays give equal bytes. A replay without a
// machine is a *[dealstate.FieldError], and then nothing is written.
func (t Timeline) SVG(w io.Writer) error {
	if err := checkReplays(t.Replays); err != nil {
		return err
	}
	return t.indexed().svg(w)
}

func (t indexedTimeline) svg(w io.Writer) error {
	blocks := t.blocks()
	s := t.newSVG()
	s.blocks = blocks
	from, to, ok := t.timeRange()
	if !ok {
		s.empty(blocks)
		return s.frame(t, blocks).frame(w, s.b.String())
	}
	s.axis.from, s.axis.to = from, to
	top := s.y
	s.y += axisHeight
	for _, b := range blocks {
		s.block(b)
	}
	s.axis.draw(&s.under, top, s.y)
	s.lineage(blocks)
	s.legend(t)
	return s.frame(t, blocks).frame(w, s.bands.b.String()+s.under.b.String()+s.b.String())
}

// newSVG begins a drawing of the timeline's width. On a wide one, the lanes' names are
// in a gutter on the left.
func (t Timeline) newSVG() *timelineSVG {
	s := &timelineSVG{width: pixels(t.Width), y: 6, hues: map[hue][]string{}}
	s.axis = axis{left: 12, right: s.width - 14}
	if s.width >= 560 {
		s.gutter = min(s.width*.26, 250)
		s.axis.left = s.gutter + 14
	}
	return s
}

// pixels is the width of a picture: 800 if none is given, else between 320 and 4,000.
func pixels(width float64) float64 {
	if width == 0 || math.IsNaN(width) {
		return 800
	}
	return min(max(width, 320), 4000)
}

func (s *timelineSVG) frame(t indexedTimeline, blocks []dealBlock) svgDocument {
	pic := svgDocument{id: t.InPage, title: "Timeline", width: s.width, height: s.y + 6, inPage: t.InPage != ""}
	if pic.id == "" {
		pic.id = "timeline"
	}
	var names, about []string
	for _, b := range blocks {
		names, about = append(names, shorten(b.title, 120)), append(about, b.about)
	}
	if len(names) > 0 {
		pic.title = "Timeline: " + strings.Join(names, "; ")
	}
	pic.about = strings.Join(about, " ")
	return pic
}

// empty draws deals about which nothing is known yet.
func (s *timelineSVG) empty(blocks []dealBlock) {
	for _, b := range blocks {
		s.text(12, s.y+18, "h", widestBold.clip(b.title, 15, s.width-24))
		s.text(12, s.y+38, "s", "No reports yet.")
		s.y += 52
	}
	if len(blocks) == 0 {
		s.text(12, s.y+18, "s", "No deals to show.")
		s.y += 32
	}
}

func (s *timelineSVG) block(b dealBlock) {
	s.y += 8
	for _, line := range widestBold.wrap(b.title, 15, s.width-28, 3) {
		s.y += 18
		s.text(12, s.y, "h", line)
	}
	if len(b.parents) > 0 {
		s.y += 15
		s.text(12, s.y, "s", clipToWidth("carries out "+s.parents(b), 11, s.width-28))
	}
	s.y += 6
	s.clockLabels(b)
	top := s.y
	for i, l := range b.lanes {
		s.lane(l, i%2 == 1)
		if l.kind == stateLane {
			s.noteStart(b, l)
		}
	}
	s.clockLines(b, top)
	s.y += 4
}

// parents names the agreements that the block's agreement implements.
func (s *timelineSVG) parents(b dealBlock) string {
	var names []string
	for _, id := range b.parents {
		name := legible(id)
		for _, o := range s.blocks {
			if o.deal == id {
				name = isolated(shorten(o.title, 60))
			}
		}
		names = append(names, name)
	}
	return strings.Join(names, "; ")
}

// clockLabels writes, above the lanes, what the vertical lines mean.
func (s *timelineSVG) clockLabels(b dealBlock) {
	var labels []label
	if !b.asOf.IsZero() && !b.asOf.After(s.axis.to) {
		labels = append(labels, label{x: s.axis.x(b.asOf), text: "as of " + day(b.asOf), class: "s", lead: "asof"})
	}
	for _, c := range b.clocks {
		switch {
		case c.at.After(s.axis.to):
			labels = append(labels, label{x: s.axis.right, text: c.label + " →", class: "s"})
		case !c.at.Before(s.axis.from):
			labels = append(labels, label{x: s.axis.x(c.at), text: c.label, class: "s", lead: c.class})
		}
	}
	placed, lines := placeLabels(labels, 11, s.axis.left, s.axis.right+10, 4)
	s.y += float64(lines) * lineHeight
	s.y += 4
	drawPlaced(&s.svgWriter, placed, s.y-4, s.y)
}

func (s *timelineSVG) clockLines(b dealBlock, top float64) {
	for _, c := range b.clocks {
		if !c.at.After(s.axis.to) && !c.at.Before(s.axis.from) {
			s.under.shape("line", c.label, "x1", s.axis.x(c.at), "y1", top, "x2", s.axis.x(c.at), "y2", s.y, "class", c.class)
		}
	}
	if !b.asOf.IsZero() && !b.asOf.After(s.axis.to) {
		s.under.line(s.axis.x(b.asOf), top, s.axis.x(b.asOf), s.y, "asof")
	}
}

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
		s.bars(r, 20)
	case countLane:
		s.marks(r)
		s.counts(r)
	case reportLane:
		s.marks(r)
	default:
		s.marks(r)
		s.bars(r, 13)
		s.strips(r)
	}
	if s.gutter > 0 {
		s.text(s.gutter, (top+s.y)/2+4, "s end", name)
	}
	s.y += 4
}

// bars draws the coloured stretches, with their labels where these fit.
func (s *timelineSVG) bars(r laneRow, height float64) {
	if height < 20 {
		s.line(s.axis.left, s.y+height/2, s.axis.right, s.y+height/2, "idle")
	}
	for _, b := range r.bars {
		x, end, ok := s.extent(b)
		if !ok {
			continue
		}
		s.rect(x, s.y, max(end-x, 1.5), height, "hue "+string(b.hue), b.title)
		if (height >= 20 || alarming[b.label]) && !slices.Contains(s.hues[b.hue], b.label) {
			s.hues[b.hue] = append(s.hues[b.hue], b.label)
		}
		if fits(b, end-x) {
			s.text((x+end)/2, s.y+height/2+4, classes("t mid", b.on()), b.label)
		}
	}
	if at := r.due; !at.IsZero() && !at.Before(s.axis.from) && !at.After(s.axis.to) {
		s.shape("line", "deadline "+moment(at), "x1", s.axis.x(at), "y1", s.y-4, "x2", s.axis.x(at), "y2", s.y+height+4, "class", "deadline")
		s.deadlines = true
	}
	s.y += height
}

// alarming are the words in the lanes of parties and commitments that the legend
// explains.
var alarming = map[string]bool{"overdue": true, "breached": true}

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

// legend says what the marks and hues mean.
func (s *timelineSVG) legend(t indexedTimeline) {
	s.y += 18
	x := 12.0
	next := func(width float64) float64 {
		if x+width > s.width-8 && x > 12 {
			x = 12
			s.y += 18
		}
		at := x
		x += width
		return at
	}
	for _, f := range s.statuses(t) {
		at := next(widthOf(statusWords[f], 11) + 28)
		s.mark(at+6, s.y-4, f, "")
		s.text(at+16, s.y, "s", statusWords[f])
	}
	if s.deadlines {
		at := next(widthOf("a commitment's deadline", 11) + 36)
		s.line(at+7, s.y-11, at+7, s.y+2, "deadline")
		s.text(at+14, s.y, "s", "a commitment's deadline")
	}
	for _, h := range []hue{hue(partSigned), hue(partProvisional), hue(partLeaving), hue(partSuspended)} {
		for _, words := range s.hues[h] {
			at := next(widthOf(words, 11) + 32)
			s.rect(at, s.y-10, 14, 11, "strip "+string(h), "")
			s.text(at+18, s.y, "s", words)
		}
	}
	for _, h := range append([]hue{"grey"}, legendHues...) {
		for _, words := range s.hues[h] {
			at := next(widthOf(words, 11) + 32)
			s.rect(at, s.y-10, 14, 11, "hue "+string(h), "")
			s.text(at+18, s.y, "s", words)
		}
	}
	s.y += 6
}

// legendHues are the hues that states may have, in the order of a deal's life.
var legendHues = []hue{"yellow", "orange", "purple", "sky", "mint", "green", "blue", "steel", "slate", "vermilion", "black"}

// lineageSpot is where a deal's first state lane begins, from which lines to other
// deals are drawn.
type lineageSpot struct {
	deal string
	at   point
}

// noteStart keeps where the deal's first state begins, for the lines to other deals.
func (s *timelineSVG) noteStart(b dealBlock, l lane) {
	first := time.Time{}
	for _, r := range l.rows {
		for _, bar := range r.bars {
			if first.IsZero() || bar.from.Before(first) {
				first = bar.from
			}
		}
	}
	if !first.IsZero() {
		s.spots = append(s.spots, lineageSpot{b.deal, point{s.axis.x(first), s.y - 4}})
	}
}

// lineage draws a line from each agreement to those that implement it, at the instant
// when the later one begins.
func (s *timelineSVG) lineage(blocks []dealBlock) {
	for _, b := range blocks {
		child := slices.IndexFunc(s.spots, func(p lineageSpot) bool { return p.deal == b.deal })
		for _, parent := range b.parents {
			at := slices.IndexFunc(s.spots, func(p lineageSpot) bool { return p.deal == parent })
			if at < 0 || child < 0 || len(blocks) == 1 {
				continue
			}
			from, to := s.spots[at].at, s.spots[child].at
			s.under.shape("path", b.title+" carries out "+legible(parent), "d",
				fmt.Sprintf("M%s %sV%s", num(to.x), num(from.y), num(to.y-22)), "class", "lineage")
			s.shape("circle", "", "cx", to.x, "cy", from.y, "r", 3.0, "class", "dot")
		}
	}
}
