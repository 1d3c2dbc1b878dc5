package main

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// drawCmd draws a deal.
type drawCmd struct {
	Picture string `arg:"" enum:"timeline,diagram,rules,balance,page" help:"timeline (who did what, when), diagram (the deal in its rules), rules (the rules alone), balance (what each side kept) or page (all of it)."`
	Deal    string `arg:"" optional:"" help:"Its id, or the name of its file. Default: the only deal of the folder."`
	Format  string `placeholder:"F" help:"text, svg, mermaid, dot or html. Default: by the end of --output's name, else the first of these that the picture has."`
	Compare bool   `help:"Beside the policy, draw the others. For a timeline and a page."`
	outputFlag
	viewFlags
}

func (drawCmd) Help() string {
	return `Example, on the terminal and into a file:

    dealstate draw timeline truce --compare
    dealstate draw diagram truce -o truce.svg

A timeline is text or svg; diagram and rules are mermaid, svg or dot; balance is svg; a page is html, the same as that of dealstate report.`
}

// drawing is what may be drawn: a picture in a format.
type drawing struct {
	picture, format string
	write           func(w io.Writer, replays []render.Replay, p render.Paint) error
}

// drawings are those there are; of a picture, the first is drawn where nobody says how.
var drawings = []drawing{
	{"timeline", "text", func(w io.Writer, r []render.Replay, p render.Paint) error {
		return render.Timeline{Replays: r}.Text(w, p)
	}},
	{"timeline", "svg", func(w io.Writer, r []render.Replay, _ render.Paint) error { return render.Timeline{Replays: r}.SVG(w) }},
	{"diagram", "mermaid", func(w io.Writer, r []render.Replay, _ render.Paint) error { return r[0].Diagram().Mermaid(w) }},
	{"diagram", "svg", func(w io.Writer, r []render.Replay, _ render.Paint) error { return r[0].Diagram().SVG(w) }},
	{"diagram", "dot", func(w io.Writer, r []render.Replay, _ render.Paint) error { return r[0].Diagram().DOT(w) }},
	{"rules", "mermaid", func(w io.Writer, r []render.Replay, _ render.Paint) error {
		return render.Rules(r[0].Machine).Mermaid(w)
	}},
	{"rules", "svg", func(w io.Writer, r []render.Replay, _ render.Paint) error { return render.Rules(r[0].Machine).SVG(w) }},
	{"rules", "dot", func(w io.Writer, r []render.Replay, _ render.Paint) error { return render.Rules(r[0].Machine).DOT(w) }},
	{"page", "html", func(w io.Writer, r []render.Replay, _ render.Paint) error { return render.DealPage{Replays: r}.HTML(w) }},
	{"balance", "svg", func(w io.Writer, r []render.Replay, _ render.Paint) error { return r[0].Balance().SVG(w) }},
}

// formatsOf lists in what a picture can be drawn.
func formatsOf(picture string) (names []string) {
	for _, d := range drawings {
		if d.picture == picture {
			names = append(names, d.format)
		}
	}
	return names
}

// ends are other ends of names of files in a format.
var ends = map[string]string{"txt": "text", "mmd": "mermaid", "md": "mermaid", "gv": "dot", "htm": "html"}

func (c *drawCmd) Run(a *app) error {
	known := formatsOf(c.Picture)
	if c.Format == "" && c.end() != "" {
		c.Format = cmp.Or(ends[c.end()], c.end())
	}
	c.Format = cmp.Or(c.Format, known[0])
	i := slices.IndexFunc(drawings, func(d drawing) bool { return d.picture == c.Picture && d.format == c.Format })
	if i < 0 {
		return misusef("a %s is drawn as %s, and not as %q", c.Picture, strings.Join(known, " or "), c.Format)
	}
	d, view, err := a.dealIn(c.Deal, c.viewFlags)
	if err != nil {
		return err
	}
	return c.to(a, func(w io.Writer, p render.Paint) error { return drawings[i].write(w, replaysOf(d, view, c.Compare), p) })
}

// replaysOf are those of one view, and where they are to be compared, of the other policies.
func replaysOf(d *dealstate.Deal, view dealstate.View, compare bool) []render.Replay {
	replays := []render.Replay{render.ReplayOf(d, view)}
	if compare {
		for _, p := range otherPolicies(view.Policy.Name) {
			view.Policy = p
			replays = append(replays, render.ReplayOf(d, view))
		}
	}
	return replays
}
