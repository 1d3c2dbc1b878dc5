package render

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// The drawing is layered, one state a layer, with a trunk a destination. A
// state's line runs out of its side; a dot on a trunk says that it leads there;
// the trunk ends in the one arrow into that state. Moves forward run on the
// right, moves back on the left. So the forty rules of a standard lifecycle take
// some fifteen lines, which cross at right angles only, and the words of each
// arrow stand beside the state that it leads to.

const (
	leastWidth = 172.0 // of a state
	mostWidth  = 260.0
	nameSize   = 12.5
	nodeHeight = 38.0
	trunkGap   = 10.0
	wordsWidth = 350.0
	textSize   = 11.0
	textLine   = 14.0
)

// diagramSVG is a diagram while its SVG is laid out and drawn. It belongs to one call
// of SVG.
type diagramSVG struct {
	d      Diagram
	p      svgWriter
	left   []int // by node, the column of the trunk for moves back; -1: none
	right  []int
	wide   float64 // of each state
	nodeX  float64
	wordsX float64
	rows   []float64    // by node, the middle
	words  [][]sideText // by node
	bottom float64
}

// sideText is one line of text beside a state.
type sideText struct {
	text  string
	class string
}

// SVG draws the diagram. Equal rules and replays give equal bytes.
func (d Diagram) SVG(w io.Writer) error {
	if err := d.check(); err != nil {
		return err
	}
	l := &diagramSVG{d: d}
	l.left, l.right = d.columns(true), d.columns(false)
	l.wide = d.nodeWidth()
	l.nodeX = 24 + float64(used(l.left))*trunkGap + 14
	l.wordsX = l.nodeX + l.wide + float64(used(l.right))*trunkGap + 34
	l.layers()
	l.header()
	for _, class := range []string{"fade", "", "onpath"} {
		l.wires(class)
	}
	for i := range d.nodes {
		l.node(i)
	}
	for i, line := range l.omitted() {
		l.p.text(14, l.bottom-10-float64(len(l.omitted())-1-i)*textLine, "s", line)
	}
	pic := svgDocument{id: d.inPage, title: "State diagram: " + shorten(d.title, 200), about: d.about,
		width: l.wordsX + wordsWidth + 8, height: l.bottom, inPage: d.inPage != ""}
	if pic.id == "" {
		pic.id = "diagram"
	}
	return pic.frame(w, l.p.b.String())
}

// nameOf is a state's name, with the number by which the words beside other states call it.
func (d Diagram) nameOf(i int) string {
	return fmt.Sprintf("%d  %s", i+1, stateWords(string(d.nodes[i].state)))
}

// nodeWidth has room for the longest name of a state, within bounds.
func (d Diagram) nodeWidth() float64 {
	width := leastWidth
	for i := range d.nodes {
		width = max(width, math.Ceil(widestBold.widthOf(d.nameOf(i), nameSize))+14)
	}
	return min(width, mostWidth)
}

func used(columns []int) int { return slices.Max(append(columns, -1)) + 1 }

// reach is, for each state, the state farthest away from which a move back (or
// forward) leads there; -1 if none does.
func (d Diagram) reach(back bool) []int {
	far := make([]int, len(d.nodes))
	for i := range far {
		far[i] = -1
	}
	for _, a := range d.arrows {
		if a.from > a.to != back {
			continue
		}
		if far[a.to] < 0 || back == (a.from > far[a.to]) {
			far[a.to] = a.from
		}
	}
	return far
}

// columns gives every trunk its column, 0 for the innermost, so that no arrow into a
// state crosses a trunk that goes on past it.
func (d Diagram) columns(back bool) []int {
	far := d.reach(back)
	columns := make([]int, len(d.nodes))
	for k := range columns {
		to := k
		if back {
			to = len(columns) - 1 - k
		}
		columns[to] = -1
		if far[to] < 0 {
			continue
		}
		columns[to] = 0
		for other := range columns {
			if done := back == (other > to) && other != to; done && columns[other] >= 0 && (other-far[to])*(other-to) < 0 {
				columns[to] = max(columns[to], columns[other]+1)
			}
		}
	}
	return columns
}

// layers puts the states one below the other. Each is as high as its text.
func (l *diagramSVG) layers() {
	y := l.keysY() + 26
	for i := range l.d.nodes {
		l.words = append(l.words, l.wordsOf(i))
		high := max(nodeHeight, float64(len(l.words[i]))*textLine)
		if l.d.nodes[i].final {
			high = max(high, nodeHeight+44)
		}
		l.rows = append(l.rows, y+high/2)
		y += high + 18
	}
	l.bottom = y + float64(len(l.omitted()))*textLine
}

// omitted are the last lines, on what is not drawn.
func (l *diagramSVG) omitted() []string {
	return widest.wrap(l.d.omitted, textSize, l.wordsX+wordsWidth-28, 3)
}

// wordsOf says what leads to a state, and which events leave the deal there.
func (l *diagramSVG) wordsOf(i int) []sideText {
	var out []sideText
	add := func(text, class string) {
		f := widest
		if class == "onpath" {
			f = widestBold
		}
		for _, line := range f.wrap(text, textSize, wordsWidth, 4) {
			out = append(out, sideText{line, class})
		}
	}
	for _, e := range l.d.into(i) {
		class, done := "t", ""
		switch {
		case len(e.taken) > 0:
			class, done = "onpath", " ("+dates(e.taken, 2)+")"
		case l.d.faded(e):
			class = "t fade"
		}
		add(numbers(e.from)+" → "+e.group.String()+done, class)
	}
	if stays := l.d.nodes[i].stays; len(stays) > 0 {
		class := "s"
		if l.d.nodes[i].faded {
			class = "t fade"
		}
		add("stays here on "+strings.Join(stays, ", "), class)
	}
	return out
}

// header writes the title, the approval condition and the legend.
func (l *diagramSVG) header() {
	width := l.wordsX + wordsWidth
	l.p.text(14, 22, "h", widestBold.clip(l.d.title, 15, width-28))
	for i, line := range l.asked() {
		l.p.text(14, 40+float64(i)*textLine, "s", line)
	}
	x, y := 14.0, l.keysY()
	for _, key := range l.keys() {
		key.draw(x, y-4)
		l.p.text(x+26, y, "s", key.text)
		x += 26 + widest.widthOf(key.text, textSize) + 16
	}
}

// asked are the lines below the title: the policy and the approval condition.
func (l *diagramSVG) asked() []string {
	asked := "Approval condition: " + l.d.asked + "."
	if l.d.policy != "" {
		asked = "Policy " + l.d.policy + ". " + asked // first, for a long condition is cut
	}
	return widest.wrap(asked, textSize, l.wordsX+wordsWidth-28, 3)
}

// keysY is where the legend's words stand.
func (l *diagramSVG) keysY() float64 { return 44 + float64(len(l.asked()))*textLine }

// legendKey is one entry of the diagram's legend: a sample, and what it means.
type legendKey struct {
	text string
	draw func(x, y float64) // y: the middle of the words
}

func (l *diagramSVG) keys() []legendKey {
	keys := []legendKey{{"leads on (dot: from here)", func(x, y float64) { l.p.line(x, y, x+20, y, "wire"); l.dot(x+10, y, "") }}}
	if l.d.present < 0 {
		return append(keys, legendKey{"cannot be reached", func(x, y float64) { l.p.line(x, y, x+20, y, "wire fade") }})
	}
	return append(keys, legendKey{"the way so far", func(x, y float64) { l.p.line(x, y, x+20, y, "wire onpath") }},
		legendKey{"now", func(x, y float64) { l.p.round(x, y-6, 20, 12, 4, "halo") }},
		legendKey{"out of reach from here", func(x, y float64) { l.p.line(x, y, x+20, y, "wire fade") }})
}

// classOf is the style class of an arrow.
func (d Diagram) classOf(a arrow) string {
	switch {
	case len(a.taken) > 0:
		return "onpath"
	case d.nodes[a.from].faded:
		return "fade"
	}
	return ""
}

// wires draws the arrows of one style class.
func (l *diagramSVG) wires(class string) {
	for _, back := range []bool{false, true} {
		for to := range l.d.nodes {
			l.trunk(to, back, class)
		}
	}
}

// side is the x at which lines leave a state, and the x of a trunk.
func (l *diagramSVG) side(to int, back bool) (edge, trunk float64) {
	if back {
		return l.nodeX, l.nodeX - 14 - float64(l.left[to])*trunkGap
	}
	return l.nodeX + l.wide, l.nodeX + l.wide + 16 + float64(l.right[to])*trunkGap
}

// Lines leave a state below its middle and enter it above.
func (l *diagramSVG) out(i int) float64 { return l.rows[i] + 9 }
func (l *diagramSVG) in(i int) float64  { return l.rows[i] - 9 }

// trunk draws the arrows of one class that lead to one state.
func (l *diagramSVG) trunk(to int, back bool, class string) {
	edge, x := l.side(to, back)
	far := math.NaN()
	for _, a := range l.d.arrows {
		if a.to != to || a.from > a.to != back || l.d.classOf(a) != class {
			continue
		}
		y := l.out(a.from)
		l.p.line(edge, y, x, y, classes("wire", class))
		l.dot(x, y, class)
		if math.IsNaN(far) || math.Abs(y-l.in(to)) > math.Abs(far-l.in(to)) {
			far = y
		}
	}
	if math.IsNaN(far) {
		return
	}
	tip := edge + 6
	if back {
		tip = edge - 6
	}
	l.p.path(classes("wire", class), fmt.Sprintf("M%s %sV%sH%s", num(x), num(far), num(l.in(to)), num(tip)))
	l.head(edge, l.in(to), edge-tip, class)
}

func (l *diagramSVG) dot(x, y float64, class string) {
	l.p.shape("circle", "", "cx", x, "cy", y, "r", 2.6, "class", classes("dot", class))
}

// head draws an arrowhead with its point at x.
func (l *diagramSVG) head(x, y, way float64, class string) {
	back := -8.0
	if way < 0 {
		back = 8
	}
	l.p.path(classes("head", class), fmt.Sprintf("M%s %sl%s -4v8z", num(x), num(y), num(back)))
}

// node draws a state with the text beside it.
func (l *diagramSVG) node(i int) {
	n, y := l.d.nodes[i], l.rows[i]
	l.ends(i)
	class := "box"
	switch {
	case l.d.been(i):
		class += " been"
	case n.faded:
		class += " fade"
	}
	if i == l.d.present {
		l.p.round(l.nodeX-4, y-nodeHeight/2-4, l.wide+8, nodeHeight+8, 10, "halo")
		class = "hue " + string(n.hue)
	}
	l.p.round(l.nodeX, y-nodeHeight/2, l.wide, nodeHeight, 7, class)
	if n.final {
		l.p.round(l.nodeX+3, y-nodeHeight/2+3, l.wide-6, nodeHeight-6, 5, "box inner")
	}
	l.nodeText(i)
	top := y - float64(len(l.words[i]))*textLine/2 + 10
	for k, line := range l.words[i] {
		l.p.text(l.wordsX, top+float64(k)*textLine, line.class, line.text)
	}
}

func (l *diagramSVG) nodeText(i int) {
	n, y := l.d.nodes[i], l.rows[i]
	class := "b mid"
	below := dates(n.entered, 1)
	switch {
	case i == l.d.present:
		class += " " + n.hue.on()
		below = "now"
		if !n.since.IsZero() {
			below += ", since " + day(n.since)
		}
	case n.faded:
		class += " fade"
	}
	name := l.d.nameOf(i)
	if below == "" {
		l.p.text(l.nodeX+l.wide/2, y+4, class, widestBold.clip(name, nameSize, l.wide-12))
		return
	}
	l.p.text(l.nodeX+l.wide/2, y-2, class, widestBold.clip(name, nameSize, l.wide-12))
	class = strings.Replace(class, "b mid", "t mid", 1)
	l.p.text(l.nodeX+l.wide/2, y+13, class, widest.clip(below, textSize, l.wide-12))
}

// ends draws the dot before an initial state, and the ring after a final one.
func (l *diagramSVG) ends(i int) {
	n, x := l.d.nodes[i], l.nodeX+l.wide/2
	if n.initial {
		y := l.rows[i] - nodeHeight/2
		l.p.shape("circle", "", "cx", x, "cy", y-14, "r", 5.0, "class", "start")
		l.p.line(x, y-9, x, y-1, "wire")
		l.p.path("head", fmt.Sprintf("M%s %sl-3.5 -6h7z", num(x), num(y)))
	}
	if n.final {
		y := l.rows[i] + nodeHeight/2
		l.p.line(x, y, x, y+12, "wire")
		l.p.shape("circle", "", "cx", x, "cy", y+18, "r", 7.0, "class", "box")
		l.p.shape("circle", "", "cx", x, "cy", y+18, "r", 3.6, "class", "start")
	}
}
