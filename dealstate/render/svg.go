package render

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// svgWriter writes SVG. All text and every attribute goes through it, and so is
// escaped. Each drawing owns one.
type svgWriter struct{ b strings.Builder }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")

// num writes a length to a tenth of a pixel, always with the same digits, so that
// equal drawings are equal bytes.
func num(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		f = 0
	}
	f = math.Round(f*10) / 10
	if f == 0 {
		return "0" // not -0
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// shape writes one element. Attributes are given as names and values, and empty values
// are left out. A title shows on hover.
func (p *svgWriter) shape(tag, title string, attributes ...any) {
	p.open(tag, attributes...)
	if title != "" {
		p.element("title", title)
	}
	p.shut(tag)
}

func (p *svgWriter) open(tag string, attributes ...any) {
	p.b.WriteString("<" + tag)
	for i := 0; i+1 < len(attributes); i += 2 {
		value := attributeText(attributes[i+1])
		if value != "" {
			fmt.Fprintf(&p.b, ` %s="%s"`, attributes[i], escaper.Replace(value))
		}
	}
	p.b.WriteString(">")
}

func attributeText(v any) string {
	switch v := v.(type) {
	case float64:
		return num(v)
	case int:
		return strconv.Itoa(v)
	}
	return v.(string)
}

func (p *svgWriter) shut(tag string) { p.b.WriteString("</" + tag + ">\n") }

func (p *svgWriter) element(tag, text string, attributes ...any) {
	p.open(tag, attributes...)
	p.b.WriteString(escaper.Replace(text))
	p.shut(tag)
}

func (p *svgWriter) text(x, y float64, class, text string) {
	if text != "" {
		p.element("text", text, "x", x, "y", y, "class", class)
	}
}

func (p *svgWriter) line(x1, y1, x2, y2 float64, class string) {
	p.shape("line", "", "x1", x1, "y1", y1, "x2", x2, "y2", y2, "class", class)
}

func (p *svgWriter) rect(x, y, w, h float64, class, title string) {
	p.shape("rect", title, "x", x, "y", y, "width", w, "height", h, "class", class)
}

// round draws a rectangle with rounded corners.
func (p *svgWriter) round(x, y, w, h, r float64, class string) {
	p.shape("rect", "", "x", x, "y", y, "width", w, "height", h, "rx", r, "class", class)
}

func (p *svgWriter) path(class string, d string) { p.shape("path", "", "d", d, "class", class) }

// svgDocument is what every SVG has in common: size, title and description.
type svgDocument struct {
	id            string // of its title and description; one a page
	title, about  string
	width, height float64
	inPage        bool // the page brings the style sheet
}

// frame writes a drawing inside its root element.
func (pic svgDocument) frame(w io.Writer, drawing string) error {
	var p svgWriter
	p.open("svg", "xmlns", "http://www.w3.org/2000/svg", "class", "ds", "role", "img", "width", pic.width, "height", pic.height,
		"viewBox", fmt.Sprintf("0 0 %s %s", num(pic.width), num(pic.height)), "aria-labelledby", pic.id+"-t "+pic.id+"-d")
	p.b.WriteByte('\n')
	p.element("title", shorten(pic.title, 300), "id", pic.id+"-t")
	p.element("desc", shorten(pic.about, 2000), "id", pic.id+"-d")
	if !pic.inPage {
		p.b.WriteString("<style>" + pictureStyle + "</style>\n")
	}
	p.rect(0, 0, pic.width, pic.height, "paper", "")
	p.b.WriteString(drawing)
	p.shut("svg")
	_, err := io.WriteString(w, p.b.String())
	return err
}
