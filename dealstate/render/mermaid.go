package render

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Mermaid writes the diagram as a Mermaid stateDiagram-v2, for Markdown that
// renders it. Rules between the same two states share an arrow; those that stay
// in their state are notes. Unlike looplab/fsm's own Mermaid, the arrow from the
// start always leads to the initial state.
func (d Diagram) Mermaid(w io.Writer) error {
	if err := d.check(); err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: \"%s\"\n---\nstateDiagram-v2\n", mermaidTitle(d.title))
	if d.omitted != "" {
		fmt.Fprintf(&b, "    %%%% %s\n", mermaidText(d.omitted, 400))
	}
	for i, n := range d.nodes {
		fmt.Fprintf(&b, "    state \"%s\" as s%d\n", mermaidText(nodeLabel(d, i), 200), i+1)
		if n.initial {
			fmt.Fprintf(&b, "    [*] --> s%d\n", i+1)
		}
	}
	for _, a := range d.arrows {
		fmt.Fprintf(&b, "    s%d --> s%d : %s\n", a.from+1, a.to+1, mermaidText(arrowLabel(a, ", or "), 600))
	}
	for i, n := range d.nodes {
		if n.final {
			fmt.Fprintf(&b, "    s%d --> [*]\n", i+1)
		}
	}
	d.mermaidNotes(&b)
	d.mermaidClasses(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (d Diagram) mermaidNotes(b *strings.Builder) {
	for i, n := range d.nodes {
		if len(n.stays) > 0 {
			fmt.Fprintf(b, "    note right of s%d\n        stays here on %s\n    end note\n", i+1, mermaidText(strings.Join(n.stays, ", "), 400))
		}
	}
}

// mermaidClasses dresses the present state, those on the way there, and those
// out of reach.
func (d Diagram) mermaidClasses(b *strings.Builder) {
	b.WriteString("    classDef now fill:#f0e442,stroke:#0072b2,stroke-width:4px,color:#111\n" +
		"    classDef been stroke:#0072b2,stroke-width:3px\n" +
		"    classDef faded fill:#eeeeee,stroke:#bbbbbb,color:#777777,stroke-dasharray:4 3\n")
	for i, n := range d.nodes {
		switch {
		case i == d.present:
			fmt.Fprintf(b, "    class s%d now\n", i+1)
		case n.faded:
			fmt.Fprintf(b, "    class s%d faded\n", i+1)
		case d.been(i):
			fmt.Fprintf(b, "    class s%d been\n", i+1)
		}
	}
}

// nodeLabel names a state, with what the deal has to do with it.
func nodeLabel(d Diagram, i int) string {
	n := d.nodes[i]
	text := stateWords(string(n.state))
	switch {
	case i == d.present && n.since.IsZero():
		return text + " (now)"
	case i == d.present:
		return text + " (now, since " + day(n.since) + ")"
	case len(n.entered) > 0:
		return text + " (" + dates(n.entered, 2) + ")"
	}
	return text
}

// arrowLabel says what leads along an arrow, and when the deal went along it.
func arrowLabel(a arrow, between string) string {
	var parts []string
	for _, w := range a.groups {
		parts = append(parts, w.String())
	}
	text := strings.Join(parts, between)
	if len(a.taken) > 0 {
		text += " ✓ " + dates(a.taken, 2)
	}
	return text
}

// mermaidText writes any text such that Mermaid's grammar finds nothing in it:
// all but letters, digits and a few marks become entity codes.
func mermaidText(s string, most int) string {
	var b strings.Builder
	for _, r := range shorten(legible(s), most) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || strings.ContainsRune(" .,()✓…–→", r) {
			b.WriteRune(r)
			continue
		}
		fmt.Fprintf(&b, "#%d;", r)
	}
	return b.String()
}

// mermaidTitle writes a text inside YAML's double quotes.
func mermaidTitle(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "<", "‹", ">", "›").Replace(shorten(legible(s), 200))
}
