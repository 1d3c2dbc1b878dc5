package analytics

import (
	"bufio"
	"encoding/xml"
	"strings"
)

// markup writes XML in the one form that simple importers of event logs also read: no
// prefixes, attributes in double quotes and in the given order, one element a line.
// encoding/xml cannot write such empty elements. The first error stays in the writer,
// so it is asked for once, at the end.
type markup struct {
	out *bufio.Writer
}

func (m markup) declare() { m.out.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n") }

// open begins an element; attributes are name, value, name, value.
func (m markup) open(depth int, name string, attributes ...string) {
	m.tag(depth, name, attributes)
	m.out.WriteString(">\n")
}

// empty writes an element without content.
func (m markup) empty(depth int, name string, attributes ...string) {
	m.tag(depth, name, attributes)
	m.out.WriteString("/>\n")
}

// text writes an element that holds text.
func (m markup) text(depth int, name, text string, attributes ...string) {
	m.tag(depth, name, attributes)
	m.out.WriteString(">")
	m.escape(text)
	m.out.WriteString("</" + name + ">\n")
}

func (m markup) close(depth int, name string) {
	m.indent(depth)
	m.out.WriteString("</" + name + ">\n")
}

func (m markup) tag(depth int, name string, attributes []string) {
	m.indent(depth)
	m.out.WriteString("<" + name)
	for i := 0; i < len(attributes); i += 2 {
		m.out.WriteString(" " + attributes[i] + `="`)
		m.escape(attributes[i+1])
		m.out.WriteString(`"`)
	}
}

func (m markup) indent(depth int) { m.out.WriteString(strings.Repeat("  ", depth)) }

// escape writes text. What XML cannot hold, such as control characters and broken
// UTF-8, becomes U+FFFD.
func (m markup) escape(text string) {
	_ = xml.EscapeText(m.out, []byte(text)) // an error sticks to the writer
}

func (m markup) failed() error {
	_, err := m.out.Write(nil)
	return err
}
