package dealstate_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// foundCase is a difference that the core and the evaluator had, at its smallest, with what
// is right in it.
type foundCase struct {
	name      string
	agreement string   // without its id and the braces
	log       string   // lines such as: 2025-01-05 approve a until=2025-02-01
	asOf      string   // a date: its end
	want      []string // each a line of the answer, or a part of one
}

const (
	pairOf  = `"parties":[{"id":"a"},{"id":"b"}]`
	threeOf = `"parties":[{"id":"a"},{"id":"b"},{"id":"c"}]`
	anyTwo  = threeOf + `,"approval":{"count":{"min":2}}`
	agreed  = "2025-01-01 approve a\n2025-01-02 approve b\n2025-01-03 implement\n"
)

var foundCases = []foundCase{
	// Here the core was wrong.
	{"a notice period changes nothing of a termination before entry into force", // "one side's `terminate` in force is its withdraw where there is a `notice`"
		pairOf + `,"notice":{"days":6}`, "2025-01-05 terminate a", "2025-01-06", []string{"state terminated since 2025-01-05"}},
	{"one of two ends provisional application, whatever the condition", // "In a deal of two parties, whatever its condition"
		pairOf + `,"notice":{"days":6},"approval":{"approved":"a"}`, "2025-01-01 apply\n2025-01-05 terminate a", "2025-01-06", []string{"state awaiting_approvals since 2025-01-05"}},
	{"who terminates without being bound refuses, as who withdraws does", // "is its withdraw"
		pairOf + `,"notice":{"days":6},"approval":{"all":[{"approved":"a"},{"any":[{"approved":"a"},{"approved":"b"}]}]}`,
		"2025-01-01 approve a\n2025-01-02 implement\n2025-01-05 terminate b", "2025-01-20", []string{"state implemented", "party b rejected in force -"}},
	{"who has left by a termination has withdrawn", // "is its withdraw"
		pairOf + `,"notice":{"days":6}`, agreed + "2025-01-05 terminate a", "2025-01-20", []string{"state terminated since 2025-01-11", "party a withdrawn"}},
	{"a withdrawal ends a party's own provisional application", // "a `withdraw` ends it at once"
		threeOf, "2025-01-01 apply a\n2025-01-02 withdraw a", "2025-01-03", []string{"party a rejected in force - leaves - signed false suspended false provisional false"}},
	{"a joint application counts where each has applied already", // "of many jointly"
		threeOf, "2025-01-01 apply a\n2025-01-02 apply b\n2025-01-03 apply c\n2025-01-04 apply", "2025-01-05", []string{"state provisional since 2025-01-04"}},
	{"a deadline that passed during provisional application lapses the deal once the condition is not met", // "while the condition is met"
		pairOf + `,"deadline":"2025-01-10T00:00:00Z"`, "2025-01-01 apply\n2025-01-02 approve a\n2025-01-03 approve b\n2025-01-15 reject b", "2025-01-16", []string{"state lapsed since 2025-01-15"}},
	{"a deadline that passed during provisional application fires when a withdrawal ends it", // "fires on return to an open state"
		pairOf + `,"deadline":"2025-01-10T00:00:00Z"`, "2025-01-01 apply\n2025-01-02 approve a\n2025-01-03 approve b\n2025-01-15 withdraw b", "2025-01-16", []string{"state lapsed since 2025-01-15"}},
	{"who left a deal that asked nobody joins anew", // "an `approve` at the instant or later joins anew"
		threeOf + `,"approval":{"all":[]},"effect":{"days":4}`, "2025-01-01 negotiate\n2025-01-10 withdraw a\n2025-01-20 approve a", "2025-01-21", []string{"party a approved in force 2025-01-24", "party b none in force 2025-01-05"}},
	{"a second notice with a later until moves the first, however soon", // "noted unless its `until` is later"
		anyTwo + `,"notice":{"days":10}`, agreed + "2025-01-05 withdraw a\n2025-01-12 withdraw a until=2025-01-18", "2025-01-13", []string{"party a approved in force 2025-01-03T00:00:00Z leaves 2025-01-18"}},
	{"a second notice with an earlier until is noted", // "noted unless its `until` is later"
		anyTwo + `,"notice":{"days":10}`, agreed + "2025-01-05 withdraw a\n2025-01-06 withdraw a until=2025-01-08", "2025-01-07", []string{"event e4 noted"}},
	{"an added state that is neither in force nor final takes signatures", // "in any state that is neither lapsed, expired nor final"
		anyTwo + `,"lifecycle":{"extends":"standard","states":["talks"],"rules":[{"id":"pause","on":"dispute","from":["negotiated"],"to":"talks","order":-1}]}`,
		"2025-01-01 dispute a\n2025-01-02 sign a", "2025-01-03", []string{"state talks", "event e1 applied"}},
	{"an amendment leaves rejected only where the condition is no longer lost", // "the state leaves only for where the approvals put it, as soon as …"
		threeOf + `,"approval":{"all":[{"approved":"a"},{"not":{"reached":"2025-01-05T00:00:00Z"}}]}`, "2025-01-01 negotiate\n2025-01-06 amend", "2025-01-07", []string{"state rejected since 2025-01-05", "event e1 applied"}},
	{"who has left suspends nothing any more", // the suspension is of the party's part
		anyTwo, agreed + "2025-01-05 suspend a\n2025-01-06 withdraw a", "2025-01-07", []string{"party a withdrawn in force - leaves - signed false suspended false"}},
	{"implemented is in force also where its rules on the term are dropped", // "`in_force` lists added states"
		anyTwo + `,"lifecycle":{"extends":"standard","states":[],"rules":[{"id":"end","on":"term","from":["suspended"],"to":"expired"}],"drop":["expire"]}`, agreed, "2025-01-07", []string{"in force 2025-01-03"}},
	{"a rejection is taken where a condition of two that both must meet is written so that nothing loses it",
		pairOf + `,"approval":{"not":{"not":{"count":{"min":2}}}}`, "2025-01-02 reject a", "2025-01-03", []string{"state awaiting_approvals", "party a rejected", "event e0 applied"}},
	// Here the evaluator was wrong, by the design or by what the core and its tests have long said.
	{"the approval that triggers a deal at once is bound from there", // "One dated at the trigger is bound from entry into force"
		anyTwo + `,"effect":{},"join":{"days":5,"from":"force"}`, "2025-01-01 approve a\n2025-01-02 approve b", "2025-01-07", []string{"party b approved in force 2025-01-02"}},
	{"who was not asked may leave after a notice", // "who was not asked may leave"
		threeOf + `,"approval":{"all":[{"approved":"a"},{"approved":"b"}]},"notice":{"days":4}`, agreed + "2025-01-05 withdraw c", "2025-01-06", []string{"leaves 2025-01-09"}},
	{"a planned retract voids nothing", // "only what is asserted can take effect"
		anyTwo, "2025-01-01 sign a\n2025-01-02 retract ref=e0 modality=planned", "2025-01-06", []string{"event e1 noted", "signed true"}},
	{"a commitment is overdue since its deadline, also where the deal was lapsed then",
		pairOf + `,"deadline":"2025-01-05T00:00:00Z","commitments":[{"id":"k","party":"a","deadline":"2025-01-10T00:00:00Z"}]`, "2025-01-20 negotiate", "2025-01-21", []string{"overdue 2025-01-10"}},
	{"a new round is a new revision", pairOf, "2025-01-01 reject a\n2025-01-02 negotiate", "2025-01-03", []string{"state negotiated since 2025-01-02T00:00:00Z revision 2"}},
	{"a deal of two that one approval meets is not named after who is awaited", pairOf + `,"approval":{"any":[{"approved":"a"},{"approved":"b"}]}`,
		"2025-01-01 submit", "2025-01-03", []string{"state awaiting_approvals"}},
	{"an approval restarts a timer of the state that it names", anyTwo + `,"timers":[{"id":"t","after":{"days":5}}],
		"lifecycle":{"extends":"standard","states":["late"],"rules":[{"id":"too_late","on":"t","from":["awaiting_approvals"],"to":"late"}]}`,
		"2025-01-01 submit\n2025-01-04 sign a\n2025-01-05 approve a", "2025-01-06", []string{`next t of "" at 2025-01-10`}},
}

func (c foundCase) question(t *testing.T) question {
	t.Helper()
	var q question
	require.NoError(t, json.Unmarshal([]byte(`{"id":"deal",`+c.agreement+`}`), &q.agreement))
	for i, line := range strings.Split(strings.TrimSpace(c.log), "\n") {
		words := strings.Fields(line)
		fields := map[string]any{"id": fmt.Sprintf("e%d", i), "deal": "deal", "role": "instrument", "at": words[0] + "T00:00:00Z", "kind": words[1]}
		for _, word := range words[2:] {
			switch key, value, given := strings.Cut(word, "="); {
			case !given:
				fields["party"] = word
			case key == "until":
				fields[key] = value + "T00:00:00Z"
			default:
				fields[key] = value
			}
		}
		text, err := json.Marshal(fields)
		require.NoError(t, err)
		var e dealstate.Event
		require.NoError(t, json.Unmarshal(text, &e), line)
		q.events = append(q.events, e)
	}
	asOf, err := instant.ParseMoment("as_of", c.asOf)
	require.NoError(t, err)
	q.view = dealstate.View{AsOf: asOf, Policy: dealstate.Strict}
	return q
}

func TestWhatTheTwoHadToldApart(t *testing.T) {
	t.Parallel()
	for _, c := range foundCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			q := c.question(t)
			answer, err := q.core()
			require.NoError(t, err)
			for _, line := range c.want {
				require.Contains(t, answer, line, c.log)
			}
			text, err := q.differences()
			require.NoError(t, err)
			require.Empty(t, text)
		})
	}
}

func TestAnAccusationIsNoBreach(t *testing.T) {
	t.Parallel()
	q := foundCase{agreement: pairOf + `,"commitments":[{"id":"k","party":"a"}]`, log: "2025-01-01 negotiate", asOf: "2025-01-02"}.question(t)
	m, err := dealstate.Compile(q.agreement)
	require.NoError(t, err)
	e := dealstate.Event{ID: "x", Deal: "deal", Kind: dealstate.Breach, Party: "b", Commitment: "k", By: "Bea", Role: dealstate.Approver, At: questionDay}
	require.ErrorContains(t, m.Admit(e), "an accusation is a dispute")
	for _, role := range []dealstate.Role{dealstate.Instrument, dealstate.Counterparty} {
		e.Role = role
		require.NoError(t, m.Admit(e))
	}
}
