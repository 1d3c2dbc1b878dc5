package render

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Chart draws series over one axis: survival curves, and fans of many futures.
//
//	var points []render.Point
//	for _, s := range curve { // an analytics.Curve, in seconds
//		points = append(points, render.Point{X: s.Time / 86_400, Y: s.Survival, Censored: s.Censored})
//	}
//	render.Chart{Title: "Not yet approved", X: "days", Series: []render.Series{{Name: "all", Shape: render.Survival, Points: points}}}
//	render.Chart{Title: "Implemented by", Start: today, Series: []render.Series{
//		{Name: "90 in 100 lives", Shape: render.Band, Points: wide}, {Name: "median", Shape: render.Line, Points: middle}}}
type Chart struct {
	Title string
	X, Y  string // what the axes count
	// Start, if not zero, is where X counts days from, and the axis shows dates. It
	// begins no earlier than the year 1 and ends with 9999.
	Start time.Time
	// Low and High bound the Y axis. Both zero, or either no finite number: 0 to 1
	// where all lies there, and is shown in per cent; else as the points lie.
	Low, High float64
	Series    []Series
	Width     float64 // as in [Timeline]
	InPage    string  // as in [Timeline]
}

// Shape is how a series is drawn.
type Shape uint8

// The shapes. Each draws the bounds of its points too, where Lower < Upper.
const (
	StepLine Shape = iota + 1 // it holds until the next point
	Line                      // straight from point to point
	Band                      // the bounds alone, straight from point to point
	Survival                  // a StepLine that begins with 1 where X is 0, which estimates of survival do not list
)

var shapeWords = [...]string{"", "step", "line", "band", "survival"}

// String gives the shape's word.
func (s Shape) String() string {
	if int(s) < len(shapeWords) {
		return shapeWords[s]
	}
	return ""
}

// Series is one curve. Points are in the order of X. A point that is not a
// finite number is left out.
type Series struct {
	Name   string
	Shape  Shape // zero: Line
	Points []Point
}

// Point is one value with its bounds.
type Point struct {
	X, Y         float64
	Lower, Upper float64
	Censored     int // how many left observation at X; a tick on the curve
}

// plot is a chart while it is drawn. It belongs to one call of SVG.
type plot struct {
	svgWriter
	c            Chart
	width        float64
	x0, x1       float64 // of the data
	y0, y1       float64
	left, right  float64 // of the frame
	top, foot    float64
	legendHeight float64
	title        []string // its lines
	hues         []int    // by series
}

const (
	plotHeight = 300.0
	titleLine  = 18.0 // the height of a line of the title
)

// SVG draws the chart. Equal charts give equal bytes.
func (c Chart) SVG(w io.Writer) error {
	p := newPlot(c)
	p.axes()
	for i, s := range p.c.Series {
		p.band(s, i)
	}
	for i, s := range p.c.Series {
		p.curve(s, i)
	}
	p.legend()
	id := c.InPage
	if id == "" {
		id = "chart"
	}
	pic := svgDocument{id: id, title: legible(c.Title), about: p.about(), width: p.width, height: p.foot + 48 + p.legendHeight, inPage: c.InPage != ""}
	return pic.frame(w, p.b.String())
}

// newPlot measures the chart, so that it can be drawn.
func newPlot(c Chart) *plot {
	c.Series = finite(c.Series)
	p := &plot{c: c, hues: curveHues(c.Series), width: pixels(c.Width), left: 64}
	p.right = p.width - 22
	p.title = widestBold.wrap(legible(c.Title), 15, p.width-28, 3)
	p.top = 58 + titleLine*float64(max(len(p.title)-1, 0))
	p.foot = p.top + plotHeight
	p.x0, p.x1, p.y0, p.y1 = p.bounds()
	return p
}

// finite leaves out points that cannot be drawn. It changes copies only.
func finite(all []Series) []Series {
	out := make([]Series, len(all))
	for i, s := range all {
		out[i] = Series{Name: legible(s.Name), Shape: s.Shape}
		for _, p := range s.Points {
			if !drawable(p.Lower) || !drawable(p.Upper) {
				p.Lower, p.Upper = 0, 0
			}
			if drawable(p.X) && drawable(p.Y) {
				out[i].Points = append(out[i].Points, p)
			}
		}
		out[i].begin()
	}
	return out
}

// drawable reports the numbers that can be placed in a picture.
func drawable(f float64) bool { return !math.IsNaN(f) && math.Abs(f) < 1e15 }

// begin makes a survival curve begin at its first instant with nobody lost.
func (s *Series) begin() {
	if s.Shape != Survival {
		return
	}
	s.Shape = StepLine
	if len(s.Points) > 0 {
		s.Points = slices.Insert(s.Points, 0, Point{X: 0, Y: 1, Lower: 1, Upper: 1})
	}
}

// bounds are the least and the greatest values to be drawn.
func (p *plot) bounds() (x0, x1, y0, y1 float64) {
	x0, y0, x1, y1 = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, s := range p.c.Series {
		for _, q := range s.Points {
			x0, x1 = min(x0, q.X), max(x1, q.X)
			for _, y := range q.ys(s.Shape) {
				y0, y1 = min(y0, y), max(y1, y)
			}
		}
	}
	if math.IsInf(x0, 1) {
		x0, x1, y0, y1 = 0, 1, 0, 1
	}
	if x1 == x0 {
		x0, x1 = x0-.5, x1+.5
	}
	switch {
	case (p.c.Low != 0 || p.c.High != 0) && drawable(p.c.Low) && drawable(p.c.High):
		y0, y1 = p.c.Low, p.c.High
	case y0 >= 0 && y1 <= 1:
		y0, y1 = 0, 1
	}
	if y1 <= y0 {
		y0, y1 = y0-.5, y0+.5
	}
	return x0, x1, y0, y1
}

func (q Point) bounded() bool { return q.Lower < q.Upper }

// ys are the values of the point that are drawn: its own and its bounds.
func (q Point) ys(s Shape) []float64 {
	switch {
	case s == Band:
		return []float64{q.Lower, q.Upper}
	case q.bounded():
		return []float64{q.Lower, q.Y, q.Upper}
	}
	return []float64{q.Y}
}

func (p *plot) x(v float64) float64 { return p.left + (v-p.x0)/(p.x1-p.x0)*(p.right-p.left) }
func (p *plot) y(v float64) float64 {
	v = min(max(v, p.y0), p.y1)
	return p.foot - (v-p.y0)/(p.y1-p.y0)*(p.foot-p.top)
}

// axes draws the frame, the grid and the labels of the values.
func (p *plot) axes() {
	for i, line := range p.title {
		p.text(14, 22+titleLine*float64(i), "h", line)
	}
	p.text(14, p.top-14, "s", clipToWidth(legible(p.c.Y), 11, p.width-28))
	for _, v := range steps(p.y0, p.y1, 6) {
		p.line(p.left, p.y(v), p.right, p.y(v), "grid")
		p.text(p.left-7, p.y(v)+4, "s end", p.value(v))
	}
	p.line(p.left, p.foot, p.right, p.foot, "axis")
	if !p.c.Start.IsZero() {
		p.calendar()
		return
	}
	for _, v := range steps(p.x0, p.x1, int((p.right-p.left)/90)) {
		p.line(p.x(v), p.foot, p.x(v), p.foot+4, "axis")
		p.text(p.x(v), p.foot+17, "s mid", number(v))
	}
	p.text((p.left+p.right)/2, p.foot+35, "s mid", clipToWidth(legible(p.c.X), 11, p.right-p.left))
}

// calendar writes dates below the frame.
func (p *plot) calendar() {
	a := axis{from: p.date(p.x0), to: p.date(p.x1), left: p.left, right: p.right}
	group := ""
	for _, t := range a.ticks() {
		x := a.x(t.at)
		p.line(x, p.top, x, p.foot, "grid")
		p.text(a.inside(x, t.label), p.foot+17, "s mid", t.label)
		if t.group != group && t.group != "" {
			p.text(a.inside(x, t.group), p.foot+33, "sb mid", t.group)
		}
		group = t.group
	}
}

// date is the instant so many days after the start.
func (p *plot) date(days float64) time.Time {
	const most = 10_000 * 366 // no axis of dates is longer
	whole, rest := math.Modf(min(max(days, -most), most))
	length := span{int64(whole) * 86_400, 0}
	return within(length.after(within(p.c.Start)).Add(time.Duration(rest * 24 * float64(time.Hour))))
}

// value writes a value of the Y axis; shares are in per cent.
func (p *plot) value(v float64) string {
	if p.y0 == 0 && p.y1 == 1 {
		return number(v*100) + "%"
	}
	return number(v)
}

func number(v float64) string {
	if math.Abs(v) < 5e-7 {
		return "0" // not -0
	}
	return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'g', 7, 64)
}

// steps gives round values from low to high, at most so many.
func steps(low, high float64, most int) []float64 {
	raw := (high - low) / float64(max(most, 1))
	unit := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if unit*m >= raw {
			unit *= m
			break
		}
	}
	var out []float64
	for k := math.Ceil(low/unit - 1e-9); k*unit <= high+unit*1e-9 && len(out) < 100; k++ {
		out = append(out, k*unit)
	}
	return out
}

// band fills the area between the bounds.
func (p *plot) band(s Series, i int) {
	var up, down []string
	for k, q := range s.Points {
		if !q.bounded() && s.Shape != Band {
			continue
		}
		x := num(p.x(q.X))
		up, down = append(up, x+" "+num(p.y(q.Upper))), append(down, x+" "+num(p.y(q.Lower)))
		if s.Shape == StepLine && k+1 < len(s.Points) {
			next := num(p.x(s.Points[k+1].X))
			up, down = append(up, next+" "+num(p.y(q.Upper))), append(down, next+" "+num(p.y(q.Lower)))
		}
	}
	if len(up) < 2 {
		return
	}
	slices.Reverse(down)
	p.path("area "+p.area(i), "M"+strings.Join(append(up, down...), "L")+"Z")
}

// area is the fill of a series. The bands of a fan share one fill, and look darker
// where they overlap.
func (p *plot) area(i int) string {
	if p.c.Series[i].Shape == Band {
		return "a0"
	}
	return fmt.Sprintf("a%d", p.hues[i])
}

// curveHues gives each series the number of its hue, by how many curves are before it;
// bands use up no hues.
func curveHues(all []Series) []int {
	hues, n := make([]int, len(all)), 0
	for i, s := range all {
		if hues[i] = n % 6; s.Shape != Band {
			n++
		}
	}
	return hues
}

// curve draws a series as a line, with ticks where lives are censored.
func (p *plot) curve(s Series, i int) {
	if s.Shape == Band || len(s.Points) == 0 {
		return
	}
	var d strings.Builder
	for k, q := range s.Points {
		x, y := num(p.x(q.X)), num(p.y(q.Y))
		switch {
		case k == 0:
			d.WriteString("M" + x + " " + y)
		case s.Shape == StepLine:
			d.WriteString("H" + x + "V" + y)
		default:
			d.WriteString("L" + x + " " + y)
		}
		if q.Censored > 0 {
			p.line(p.x(q.X), p.y(q.Y)-4, p.x(q.X), p.y(q.Y)+4, "axis")
		}
	}
	if len(s.Points) == 1 {
		p.shape("circle", "", "cx", p.x(s.Points[0].X), "cy", p.y(s.Points[0].Y), "r", 3.0, "class", "dot")
	}
	p.path(fmt.Sprintf("curve c%d", p.hues[i]), d.String())
}

// legend names the series below the chart.
func (p *plot) legend() {
	x, y := p.left, p.foot+54
	for i, s := range p.c.Series {
		name := clipToWidth(s.Name, 11, p.right-p.left-40)
		width := widthOf(name, 11) + 48
		if x+width > p.right && x > p.left {
			x, y = p.left, y+18
		}
		if s.Shape == Band || len(s.Points) > 0 && s.Points[len(s.Points)-1].bounded() {
			p.rect(x, y-11, 26, 13, "area "+p.area(i), "")
		}
		if s.Shape != Band {
			p.line(x, y-4, x+26, y-4, fmt.Sprintf("curve c%d", p.hues[i]))
		}
		p.text(x+32, y, "s", name)
		x += width
	}
	p.legendHeight = y - p.foot - 40
}

// about says where each series begins and ends.
func (p *plot) about() string {
	var parts []string
	for _, s := range p.c.Series {
		if n := len(s.Points); n > 0 && s.Shape != Band {
			first, last := s.Points[0], s.Points[n-1]
			parts = append(parts, fmt.Sprintf("%s: from %s at %s to %s at %s.", shorten(s.Name, 80),
				p.value(first.Y), p.xText(first.X), p.value(last.Y), p.xText(last.X)))
		}
	}
	if len(parts) == 0 {
		return "No data."
	}
	return strings.Join(parts, " ")
}

// xText writes a value of the X axis.
func (p *plot) xText(x float64) string {
	if !p.c.Start.IsZero() {
		return day(p.date(x))
	}
	return strings.TrimSpace(number(x) + " " + legible(p.c.X))
}
