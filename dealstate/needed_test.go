package dealstate_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/condition"
	"github.com/fe115bb3/dealtracker/dealstate/internal/proof"
)

// Every rule of the standard lifecycles, and every part of every guard, is needed: without
// it the core would answer some question otherwise than the evaluator does.

const (
	framedAgreements = 24
	framedLogs       = 200 // of each agreement
)

// frames are the forms that the standard lifecycle takes.
var frames = []struct {
	name             string
	parties          []int
	asksBoth, notice bool
}{
	{name: "two", parties: []int{2}, asksBoth: true},
	{name: "two with notice", parties: []int{2}, asksBoth: true, notice: true},
	{name: "bilateral", parties: []int{2}},
	{name: "bilateral with notice", parties: []int{2}, notice: true},
	{name: "many", parties: []int{3, 4}},
	{name: "many with notice", parties: []int{3}, notice: true},
}

// framed makes agreements of one frame.
func framed(seed uint64, parties []int, asksBoth, notice bool) []dealstate.Agreement {
	r := asker{rand.New(rand.NewPCG(seed, 7))}
	var list []dealstate.Agreement
	for len(list) < framedAgreements {
		a := r.agreement()
		a.Lifecycle, a.Timers = nil, nil
		if asksBoth {
			a.Approval = condition.Condition{}
		} else if len(list)%2 == 0 {
			a.Commitments = []dealstate.Commitment{{ID: "k0", Party: a.Parties[0].ID}}
			a.Approval = tellingConditions[len(list)/2%len(tellingConditions)](a.Parties[0].ID, a.Parties[1].ID)
		}
		m, err := dealstate.Compile(a)
		if err != nil || !slices.Contains(parties, len(a.Parties)) || (a.Notice != nil) != notice {
			continue
		}
		both := slices.ContainsFunc(m.Lifecycle().States, func(s dealstate.State) bool { return s == dealstate.AwaitingState(a.Parties[0]) })
		if both == asksBoth {
			list = append(list, a)
		}
	}
	return list
}

// tellingConditions come to be met, and cease to be, by all that can do so.
var tellingConditions = []func(a, b string) condition.Condition{
	func(a, b string) condition.Condition {
		return condition.Any(condition.All(condition.Approved(a), condition.Approved(b)), condition.All(condition.Reached(onQuestionDay(15)), condition.Approved(a)))
	},
	func(a, _ string) condition.Condition {
		return condition.All(condition.Approved(a), condition.Not(condition.Reached(onQuestionDay(12))))
	},
	func(a, _ string) condition.Condition {
		return condition.All(condition.Approved(a), condition.Any(condition.Not(condition.Reached(onQuestionDay(10))), condition.Reached(onQuestionDay(20))))
	},
	func(a, b string) condition.Condition {
		return condition.All(condition.Approved(a), condition.Not(condition.Performed("k0")), condition.Not(condition.Signed(b)))
	},
	func(a, _ string) condition.Condition { return condition.Not(condition.Approved(a)) },
	func(a, b string) condition.Condition {
		return condition.Any(condition.Performed("k0"), condition.All(condition.Approved(a), condition.Not(condition.Approved(b))))
	},
}

func onQuestionDay(n int) time.Time { return questionDay.AddDate(0, 0, n) }

// without gives the agreement with another rule instead of the standard one, or with none.
func without(a dealstate.Agreement, id string, instead ...dealstate.Rule) dealstate.Agreement {
	a.Lifecycle = &dealstate.Lifecycle{Extends: "standard", Drop: []string{id}, Rules: instead}
	return a
}

// mutants are the ways of leaving out the rule, its guard, or a part of its guard.
func mutants(r dealstate.Rule) map[string][]dealstate.Rule {
	of := map[string][]dealstate.Rule{r.ID: nil}
	if r.When.IsZero() {
		return of
	}
	loose := r
	loose.When = condition.Condition{}
	of[r.ID+", guard"] = []dealstate.Rule{loose}
	var parts struct {
		All []json.RawMessage `json:"all"`
	}
	text, _ := json.Marshal(r.When)
	if json.Unmarshal(text, &parts) != nil || len(parts.All) < 2 {
		return of
	}
	for i := range parts.All {
		rest, _ := json.Marshal(map[string]any{"all": slices.Delete(slices.Clone(parts.All), i, i+1)})
		if err := loose.When.UnmarshalJSON(rest); err == nil {
			of[fmt.Sprintf("%s, without %s", r.ID, parts.All[i])] = []dealstate.Rule{loose}
		}
	}
	return of
}

func TestEveryRuleAndGuardOfTheStandardLifecyclesIsNeeded(t *testing.T) {
	if !proof.Whole() {
		t.Skip("it tries thousands of logs against each rule; the whole proof runs it")
	}
	t.Parallel()
	for n, frame := range frames {
		t.Run(frame.name, func(t *testing.T) {
			agreements := framed(uint64(n), frame.parties, frame.asksBoth, frame.notice)
			questions, answers := make([][]question, len(agreements)), make([][]string, len(agreements))
			rules := make([][]dealstate.Rule, len(agreements))
			names := map[string]bool{}
			for i, a := range agreements {
				m, err := dealstate.Compile(a)
				require.NoError(t, err)
				r := asker{rand.New(rand.NewPCG(uint64(i), 8))}
				for range framedLogs {
					q := question{agreement: a, events: r.log(a), view: dealstate.View{Policy: dealstate.Reported}}
					questions[i] = append(questions[i], q)
					answers[i] = append(answers[i], answerOf(t, m, q))
				}
				rules[i] = m.Lifecycle().Rules
				for _, rule := range rules[i] {
					for name := range mutants(rule) {
						names[generic(name, a)] = true
					}
				}
			}
			for name := range names {
				if !unneeded(frame.name+": "+name) && !matters(t, name, agreements, rules, questions, answers) {
					t.Errorf("nothing notices that %s is gone", name)
				}
			}
		})
	}
}

func answerOf(t *testing.T, m *dealstate.Machine, q question) string {
	t.Helper()
	answer, err := q.coreBy(m)
	require.NoError(t, err)
	_, decisions, err := m.Fold(q.events, q.view)
	require.NoError(t, err)
	for _, d := range decisions {
		answer += " " + d.Rule // which is permanent
	}
	return answer
}

// neverNeeded lists what no log can miss in the standard lifecycles, by the end of its name.
var neverNeeded = map[string]string{
	`many: resume_own`:                                    "all sides resume together, by resume",
	`many with notice: resume_own`:                        "all sides resume together, by resume",
	`terminate_before, guard`:                             "a joint termination is taken by a rule of lower order",
	`terminate_on_notice, guard`:                          "a joint termination is taken by a rule of lower order",
	`reached_unmet`:                                       "a window that closes does not undo a condition already met",
	`_unmet, without {"not":{"approval":"lost"}}`:         "a condition that time loses has moved the deal to rejected before",
	`_no_longer_lost, without {"not":{"approval":"met"}}`: "a condition that is met moves the deal to approved by a rule of lower order",
	`sign_no_longer_lost`:                                 "only own rules put a deal in rejected whose condition is not lost",
	`perform_no_longer_lost`:                              "only own rules put a deal in rejected whose condition is not lost",
	`breach_no_longer_lost`:                               "only own rules put a deal in rejected whose condition is not lost",
	`reached_no_longer_lost`:                              "only own rules put a deal in rejected whose condition is not lost",
	`lapse_provisional, guard`:                            "the deadline does not run there while the condition is met",
	`approve_awaiting_approvals`:                          "of two, who approves is not awaited",
	`end_application_approved`:                            "of two that both must approve, who withdraws has not",
	`reject, guard`:                                       "of two that both must approve, one rejection loses the condition",
	`suspend_too, guard`:                                  "of a part, suspend_part says the same",
	`resume, without {"concerns":"whole"}`:                "of a part of a deal of two, somebody suspends it still",
	`_first, without {"not":{"approved":first}}`:          "where both have approved, a rule of lower order leads to approved",
	`_second, without {"not":{"approved":second}}`:        "where both have approved, a rule of lower order leads to approved",
	`approve_awaiting_first, without {"approved":second}`: "who approves has approved",
	`approve_awaiting_second, without {"approved":first}`: "who approves has approved",
}

func unneeded(name string) bool {
	for end := range neverNeeded {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// generic writes a rule's name without the id of a party.
func generic(name string, a dealstate.Agreement) string {
	for i, p := range a.Parties[:2] {
		name = strings.ReplaceAll(name, `"`+p.ID+`"`, []string{"first", "second"}[i])
		if head, tail, _ := strings.Cut(name, ","); strings.HasSuffix(head, "_awaiting_"+p.ID) {
			name = strings.TrimSuffix(head, p.ID) + []string{"first", "second"}[i]
			if tail != "" {
				name += "," + tail
			}
		}
	}
	return name
}

// matters tells whether some answer is another one with the mutant, or its agreement does not
// compile any more.
func matters(t *testing.T, name string, agreements []dealstate.Agreement, rules [][]dealstate.Rule, questions [][]question, answers [][]string) bool {
	for i, a := range agreements {
		for _, rule := range rules[i] {
			if !strings.HasPrefix(name, strings.SplitAfter(rule.ID, "_awaiting_")[0]) {
				continue
			}
			for mutant, instead := range mutants(rule) {
				if generic(mutant, a) != name {
					continue
				}
				changed, err := dealstate.Compile(without(a, rule.ID, instead...))
				if err != nil {
					return true
				}
				for j, q := range questions[i] {
					if answerOf(t, changed, q) != answers[i][j] {
						return true
					}
				}
			}
		}
	}
	return false
}
