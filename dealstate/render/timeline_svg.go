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
	hues   map[hue][]string // shown, with the states and the bars of parties they stand for

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
		at := next(widest.widthOf(statusWords[f], 11) + 28)
		s.mark(at+6, s.y-4, f, "")
		s.text(at+16, s.y, "s", statusWords[f])
	}
	if s.deadlines {
		at := next(widest.widthOf("a commitment's deadline", 11) + 36)
		s.line(at+7, s.y-11, at+7, s.y+2, "deadline")
		s.text(at+14, s.y, "s", "a commitment's deadline")
	}
	for _, h := range []hue{hue(partSigned), hue(partProvisional), hue(partLeaving), hue(partSuspended)} {
		for _, words := range s.hues[h] {
			at := next(widest.widthOf(words, 11) + 32)
			s.rect(at, s.y-10, 14, 11, "strip "+string(h), "")
			s.text(at+18, s.y, "s", words)
		}
	}
	for _, h := range legendHues {
		for _, words := range s.hues[h] {
			at := next(widest.widthOf(words, 11) + 32)
			s.rect(at, s.y-10, 14, 11, "hue "+string(h), "")
			s.text(at+18, s.y, "s", words)
		}
	}
	s.y += 6
}

// legendHues are the hues that states, and the bars of parties and commitments, may have,
// in the order of a deal's life.
var legendHues = []hue{"grey", "hollow", "yellow", "orange", "purple", "sky", "mint", "green", "blue", "steel", "slate", "vermilion", "black"}

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
