package render

import (
	"fmt"
	"io"
	"strings"
)

// DOT writes the diagram for Graphviz. Rules between the same two states share
// an arrow; those that stay in their state are listed in its tooltip.
func (d Diagram) DOT(w io.Writer) error {
	if err := d.check(); err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "digraph deal {\n\tgraph [label=%s, labelloc=t, rankdir=TB, fontname=Helvetica, nodesep=0.5, ranksep=0.7];\n"+
		"\tnode [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=Helvetica, fontsize=12];\n"+
		"\tedge [fontname=Helvetica, fontsize=10];\n\tstart [shape=point, width=0.2, fillcolor=black];\n", dotText(d.title, 200))
	if d.omitted != "" {
		fmt.Fprintf(&b, "\tgraph [tooltip=%s];\n", dotText(d.omitted, 400))
	}
	for i, n := range d.nodes {
		fmt.Fprintf(&b, "\ts%d [label=%s%s];\n", i+1, dotText(nodeLabel(d, i), 200), d.dotNode(i))
		if n.initial {
			fmt.Fprintf(&b, "\tstart -> s%d;\n", i+1)
		}
		if n.final {
			fmt.Fprintf(&b, "\tend%d [shape=doublecircle, label=\"\", width=0.15, fillcolor=black];\n\ts%d -> end%d;\n", i+1, i+1, i+1)
		}
	}
	for _, a := range d.arrows {
		fmt.Fprintf(&b, "\ts%d -> s%d [label=%s%s];\n", a.from+1, a.to+1, dotText(arrowLabel(a, "\n"), 600), d.dotArrow(a))
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (d Diagram) dotNode(i int) string {
	n := d.nodes[i]
	text := ""
	if len(n.stays) > 0 {
		text = ", tooltip=" + dotText("stays here on "+strings.Join(n.stays, ", "), 400)
	}
	switch {
	case i == d.present:
		text += `, fillcolor="#f0e442", color="#0072b2", penwidth=4`
	case n.faded:
		text += `, color="#bbbbbb", fontcolor="#777777", style="rounded,dashed"`
	case d.been(i):
		text += `, color="#0072b2", penwidth=3`
	}
	if n.final {
		text += ", peripheries=2"
	}
	return text
}

func (d Diagram) dotArrow(a arrow) string {
	switch d.classOf(a) {
	case "onpath":
		return `, color="#0072b2", fontcolor="#0072b2", penwidth=3`
	case "fade":
		return `, color="#bbbbbb", fontcolor="#777777"`
	}
	return ""
}

// dotText writes a quoted string of DOT, in which a backslash and a quote need
// escaping and & would begin an HTML entity. A line break in the text is ours.
func dotText(s string, most int) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;").Replace(shorten(legible(line), most))
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}
