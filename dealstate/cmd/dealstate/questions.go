package main

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// questions are those that a person is asked on a terminal.
type questions struct {
	app   *app
	lines *bufio.Scanner
	asks  bool // somebody types in, who did not say that nothing is to be asked
	ended bool // nothing more is typed in
}

// ask asks one, and gives the answer without the space around it.
func (q *questions) ask(field, words string) string {
	fmt.Fprintf(q.app.out, "%s (%s): ", render.Inert(field), render.Inert(words))
	if !q.lines.Scan() {
		q.ended = true
		fmt.Fprintln(q.app.out)
		return ""
	}
	return strings.TrimSpace(q.lines.Text())
}

func (q *questions) yes(question string) bool {
	answer := strings.ToLower(q.ask(question, "y/N"))
	return answer == "y" || answer == "yes"
}

// answers are what may be answered to the question of a field; of any other it is text.
var answers = map[string]func(a dealstate.Agreement, c *recordCmd) []string{
	"kind": func(dealstate.Agreement, *recordCmd) (words []string) {
		for _, k := range dealstate.Kinds() {
			words = append(words, k.String())
		}
		return words
	},
	"party": func(a dealstate.Agreement, _ *recordCmd) (words []string) {
		for _, p := range a.Parties[:min(len(a.Parties), 12)] {
			words = append(words, p.ID)
		}
		return append(words, "or nothing: all sides")
	},
	"by": func(a dealstate.Agreement, c *recordCmd) []string {
		for _, p := range a.Parties {
			if p.ID == c.Party && p.Approver != "" {
				return []string{"who says so", "such as " + p.Approver}
			}
		}
		return []string{"who says so"}
	},
	"role": func(dealstate.Agreement, *recordCmd) (words []string) {
		for r := dealstate.Instrument; r.String() != ""; r++ {
			words = append(words, r.String())
		}
		return words
	},
	"commitment": func(a dealstate.Agreement, _ *recordCmd) (words []string) {
		for _, commitment := range a.Commitments[:min(len(a.Commitments), 12)] {
			words = append(words, commitment.ID)
		}
		return words
	},
	"at": moment, "until": moment, "recorded": moment, "published": moment,
}

func moment(dealstate.Agreement, *recordCmd) []string {
	return []string{"a date such as 2025-06-27", "or an instant"}
}

// words say what may be answered.
func (q *questions) words(field string, of *deal, c *recordCmd) string {
	if words, ok := answers[field]; ok {
		return strings.Join(words(of.machine.Agreement(), c), ", ")
	}
	return "text"
}
