package badinput

import (
	"fmt"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// FullEvent is a good event that has every key.
const FullEvent = `{"id":"e1","deal":"pair","kind":"extend","party":"a","by":"A & <B> 习","role":"government","modality":"planned",` +
	`"at":"2025-06-27T00:00:00.000000001Z","recorded":"2025-06-27T09:00:00Z","revision":3,"ref":"e0","commitment":"c",` +
	`"until":"9999-12-31T23:59:59Z","source":{"publisher":"Yicai","url":"https://yicai.com/?a=1&b=2","published":"2025-06-27"},"note":"a\nb\u0000"}`

// FullAgreement is a good agreement of most keys.
const FullAgreement = `{"id":"rcep","title":"<RCEP> & co","implements":["x","y"],"parties":[{"id":"japan","name":"Japan","approver":"Diet","groups":["other","rich"],"weight":9223372036854775807},{"id":"laos","groups":["asean"]}],` +
	`"approval":{"any":[{"all":[{"count":{"min":1,"group":"asean"}},{"share":{"min":"55.5%","group":"other","total":9223372036854775807}}]},{"not":{"performed":"c"}},{"approved":"laos"},{"count":{"min":"2/3"}}]},` +
	`"effect":{"days":60,"months":2,"first_of_month":1,"not_before":"2025-11-10T05:01:00Z"},"deadline":"2026-01-01T00:00:00Z","term":{"months":12},` +
	`"commitments":[{"id":"c","party":"laos","title":"Do it"}],"incomplete":"one state is gone",` +
	`"lifecycle":{"initial":"open","states":["open","done"],"final":["done"],"rules":[{"id":"end","on":"terminate","from":["open"],"to":"done","when":{"all":[]},"order":-1},{"id":"late","on":"deadline","from":["open"],"order":2}]}}`

// Case is one text that must be refused.
type Case struct {
	Text  string
	Field string // that the error names
	Says  string // part of what it says; "": anything
}

// with replaces the one place of part of a text by something else.
func with(text, old, new string) string {
	if strings.Count(text, old) != 1 {
		panic("badinput: not there once: " + old)
	}
	return strings.Replace(text, old, new, 1)
}

// minimal is an agreement of two parties with more behind them.
func minimal(more string) string { return `{"id":"d","parties":[{"id":"a"},{"id":"b"}]` + more + `}` }

// Events gives, by what is wrong with each, texts that are no event.
func Events() map[string]Case {
	e := func(old, new string) string { return with(FullEvent, old, new) }
	return map[string]Case{
		"nothing":                    {Text: ``, Field: "json"},
		"blank":                      {Text: ` `, Field: "json"},
		"null":                       {Text: `null`, Field: "json"},
		"list":                       {Text: `[]`, Field: "json"},
		"text":                       {Text: `"x"`, Field: "json"},
		"truncated":                  {Text: FullEvent[:len(FullEvent)-1], Field: "json"},
		"truncated in a value":       {Text: `{"id":"e`, Field: "id"},
		"truncated after a key":      {Text: `{"id"`, Field: "id"},
		"trailing text":              {Text: FullEvent + `x`, Field: "json"},
		"two objects":                {Text: FullEvent + FullEvent, Field: "json"},
		"trailing comma":             {Text: `{"id":"e",}`, Field: "json"},
		"NUL":                        {Text: e(`"pair"`, "\x00"), Field: "deal"},
		"NUL in a string":            {Text: e(`"pair"`, "\"pa\x00ir\""), Field: "deal"},
		"invalid UTF-8":              {Text: e(`Yicai`, "\xff"), Field: "json"},
		"unknown field":              {Text: e(`"by"`, `"bye"`), Field: "bye"},
		"wrong case":                 {Text: e(`"kind"`, `"Kind"`), Field: "Kind"},
		"duplicate key":              {Text: e(`"by"`, `"id"`), Field: "id"},
		"duplicate key, escaped":     {Text: e(`"by"`, `"i\u0064"`), Field: "id"},
		"unknown source field":       {Text: e(`"url"`, `"uri"`), Field: "source.uri"},
		"duplicate source field":     {Text: e(`"url"`, `"publisher"`), Field: "source.publisher"},
		"source no object":           {Text: e(`{"publisher":"Yicai","url":"https://yicai.com/?a=1&b=2","published":"2025-06-27"}`, `"Yicai"`), Field: "source"},
		"no id":                      {Text: e(`"id":"e1",`, ``), Field: "id"},
		"empty id":                   {Text: e(`"e1"`, `""`), Field: "id"},
		"id with a space":            {Text: e(`"e1"`, `"e 1"`), Field: "id"},
		"id with an escaped NUL":     {Text: e(`"e1"`, `"e\u0000"`), Field: "id"},
		"id with half a surrogate":   {Text: e(`"e1"`, `"\ud800"`), Field: "id"},
		"id too long":                {Text: e(`"e1"`, `"`+strings.Repeat("e", 257)+`"`), Field: "id"},
		"id a number":                {Text: e(`"e1"`, `1`), Field: "id"},
		"id null":                    {Text: e(`"e1"`, `null`), Field: "id"},
		"no deal":                    {Text: e(`"deal":"pair",`, ``), Field: "deal"},
		"no kind":                    {Text: e(`"kind":"extend",`, ``), Field: "kind"},
		"unknown kind":               {Text: e(`"extend"`, `"prolong"`), Field: "kind"},
		"kind in capitals":           {Text: e(`"extend"`, `"EXTEND"`), Field: "kind"},
		"a clock for a kind":         {Text: e(`"extend"`, `"deadline"`), Field: "kind"},
		"no role":                    {Text: e(`"role":"government",`, ``), Field: "role"},
		"unknown role":               {Text: e(`"government"`, `"king"`), Field: "role"},
		"unknown modality":           {Text: e(`"planned"`, `"maybe"`), Field: "modality"},
		"no at":                      {Text: e(`"at":"2025-06-27T00:00:00.000000001Z",`, ``), Field: "at"},
		"at without a day":           {Text: e(`2025-06-27T00:00:00.000000001Z`, `2025-06`), Field: "at"},
		"at with half a time":        {Text: e(`2025-06-27T00:00:00.000000001Z`, `2025-06-27T00`), Field: "at"},
		"at without a zone":          {Text: e(`2025-06-27T00:00:00.000000001Z`, `2025-06-27T00:00:00`), Field: "at"},
		"at on 31 June":              {Text: e(`2025-06-27T00:00:00.000000001Z`, `2025-06-31T00:00:00Z`), Field: "at"},
		"at in the year 10000 UTC":   {Text: e(`2025-06-27T00:00:00.000000001Z`, `9999-12-31T23:59:59-01:00`), Field: "at"},
		"at in the year 0 UTC":       {Text: e(`2025-06-27T00:00:00.000000001Z`, `0001-01-01T00:00:00+01:00`), Field: "at"},
		"at a number":                {Text: e(`"2025-06-27T00:00:00.000000001Z"`, `1750982400`), Field: "at"},
		"bad recorded":               {Text: e(`2025-06-27T09:00:00Z`, `yesterday`), Field: "recorded"},
		"bad until":                  {Text: e(`9999-12-31T23:59:59Z`, `10000-01-01T00:00:00Z`), Field: "until"},
		"until on another kind":      {Text: e(`"extend"`, `"submit"`), Field: "until"},
		"no until":                   {Text: e(`"until":"9999-12-31T23:59:59Z",`, ``), Field: "until"},
		"revision a fraction":        {Text: e(`"revision":3`, `"revision":3.0`), Field: "revision"},
		"revision with an exponent":  {Text: e(`"revision":3`, `"revision":3e0`), Field: "revision"},
		"revision huge":              {Text: e(`"revision":3`, `"revision":99999999999999999999`), Field: "revision"},
		"revision beyond 32 bits":    {Text: e(`"revision":3`, `"revision":4294967297`), Field: "revision"},
		"revision negative":          {Text: e(`"revision":3`, `"revision":-1`), Field: "revision"},
		"revision a text":            {Text: e(`"revision":3`, `"revision":"3"`), Field: "revision"},
		"revision with leading zero": {Text: e(`"revision":3`, `"revision":03`), Field: "json"},
		"retracts itself":            {Text: e(`"e0"`, `"e1"`), Field: "ref"},
		"bad published":              {Text: e(`"published":"2025-06-27"`, `"published":"June"`), Field: "source.published"},
		"deeply nested":              {Text: e(`"e1"`, strings.Repeat("[", 100_000)), Field: "id"},
		"nested in an unknown field": {Text: `{"x":` + strings.Repeat(`{"x":`, 9_000) + `1` + strings.Repeat(`}`, 9_000) + `}`, Field: "x"},
		"longer than a line":         {Text: e(`a\nb\u0000`, strings.Repeat("x", field.MaxLine)), Field: "json"},
		"approve without a party":    {Text: `{"id":"e","deal":"d","kind":"approve","role":"press","at":"2025-06-27T00:00:00Z"}`, Field: "party"},
		"perform without commitment": {Text: `{"id":"e","deal":"d","kind":"perform","role":"press","at":"2025-06-27T00:00:00Z"}`, Field: "commitment"},
		"retract without ref":        {Text: `{"id":"e","deal":"d","kind":"retract","role":"press","at":"2025-06-27T00:00:00Z"}`, Field: "ref"},
	}
}

// Agreements gives, by what is wrong with each, texts that are no agreement.
func Agreements() map[string]Case {
	a := func(old, new string) string { return with(FullAgreement, old, new) }
	many := func(n int, item string) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }
	nested := func(depth int) string {
		return `,"approval":` + strings.Repeat(`{"not":`, depth) + `{"approved":"a"}` + strings.Repeat(`}`, depth)
	}
	inner := "approval" + strings.Repeat(".not", 32)
	var numbered []string
	for i := range 10_001 {
		numbered = append(numbered, fmt.Sprintf(`{"id":"%d"}`, i))
	}
	return map[string]Case{
		"nothing":                       {Text: ``, Field: "json"},
		"truncated":                     {Text: FullAgreement[:len(FullAgreement)-1], Field: "json"},
		"truncated in a field":          {Text: FullAgreement[:len(FullAgreement)-2], Field: "lifecycle"},
		"trailing text":                 {Text: FullAgreement + "]", Field: "json"},
		"invalid UTF-8":                 {Text: a(`Diet`, "\xff"), Field: "json"},
		"no id":                         {Text: a(`"id":"rcep",`, ``), Field: "id"},
		"unknown field":                 {Text: a(`"implements"`, `"implement"`), Field: "implement"},
		"wrong case":                    {Text: a(`"title":"<RCEP>`, `"Title":"<RCEP>`), Field: "Title"},
		"duplicate key":                 {Text: minimal(`,"id":"e"`), Field: "id"},
		"no parties":                    {Text: `{"id":"d"}`, Field: "parties"},
		"empty parties":                 {Text: `{"id":"d","parties":[]}`, Field: "parties"},
		"parties no list":               {Text: `{"id":"d","parties":{}}`, Field: "parties"},
		"party no object":               {Text: `{"id":"d","parties":["us"]}`, Field: "parties[0]"},
		"party without id":              {Text: `{"id":"d","parties":[{"id":"a"},{}]}`, Field: "parties[1].id"},
		"party twice":                   {Text: `{"id":"d","parties":[{"id":"a"},{"id":"a"}]}`, Field: "parties[1].id"},
		"unknown party field":           {Text: a(`"name":"Japan"`, `"nom":"Japan"`), Field: "parties[0].nom"},
		"weight a fraction":             {Text: `{"id":"d","parties":[{"id":"a","weight":0.5}]}`, Field: "parties[0].weight"},
		"weight negative":               {Text: `{"id":"d","parties":[{"id":"a","weight":-1}]}`, Field: "parties[0].weight"},
		"weight beyond 63 bits":         {Text: `{"id":"d","parties":[{"id":"a","weight":9223372036854775808}]}`, Field: "parties[0].weight"},
		"weights beyond 63 bits":        {Text: a(`{"id":"laos","groups":["asean"]}`, `{"id":"laos","groups":["asean"],"weight":1}`), Field: "parties[1].weight"},
		"group a number":                {Text: `{"id":"d","parties":[{"id":"a","groups":["x",1]}]}`, Field: "parties[0].groups[1]"},
		"groups a text":                 {Text: `{"id":"d","parties":[{"id":"a","groups":"x"}]}`, Field: "parties[0].groups"},
		"approver with a NUL":           {Text: `{"id":"d","parties":[{"id":"a","approver":"\u0000"}]}`, Field: "parties[0].approver"},
		"too many parties":              {Text: `{"id":"d","parties":[` + strings.Join(numbered, ",") + `]}`, Field: "parties"},
		"too many groups":               {Text: `{"id":"d","parties":[{"id":"a","groups":[` + many(10_001, `"g"`) + `]}]}`, Field: "parties[0].groups"},
		"implements itself":             {Text: minimal(`,"implements":["x","d"]`), Field: "implements[1]"},
		"bad deadline":                  {Text: minimal(`,"deadline":"2025-02-29T00:00:00Z"`), Field: "deadline"},
		"unknown delay field":           {Text: minimal(`,"effect":{"weeks":1}`), Field: "effect.weeks"},
		"delay a number":                {Text: minimal(`,"effect":30`), Field: "effect"},
		"days negative":                 {Text: minimal(`,"effect":{"days":-1}`), Field: "effect.days"},
		"months too many":               {Text: minimal(`,"term":{"months":12001}`), Field: "term.months"},
		"bad floor":                     {Text: minimal(`,"effect":{"not_before":"soon"}`), Field: "effect.not_before"},
		"term of no time":               {Text: minimal(`,"term":{}`), Field: "term"},
		"commitment of nobody":          {Text: minimal(`,"commitments":[{"id":"c","party":"x"}]`), Field: "commitments[0].party"},
		"commitment without id":         {Text: minimal(`,"commitments":[{"party":"a"}]`), Field: "commitments[0].id"},
		"commitment twice":              {Text: minimal(`,"commitments":[{"id":"c","party":"a"},{"id":"c","party":"b"}]`), Field: "commitments[1].id"},
		"condition empty":               {Text: minimal(`,"approval":{}`), Field: "approval"},
		"condition of two keys":         {Text: minimal(`,"approval":{"approved":"a","all":[]}`), Field: "approval"},
		"condition unknown":             {Text: minimal(`,"approval":{"some":[]}`), Field: "approval.some"},
		"condition with wrong case":     {Text: minimal(`,"approval":{"All":[]}`), Field: "approval.All"},
		"condition on nobody":           {Text: minimal(`,"approval":{"all":[{"approved":"a"},{"any":[{"approved":"x"}]}]}`), Field: "approval.all[1].any[0].approved"},
		"condition on no commitment":    {Text: minimal(`,"approval":{"not":{"performed":"x"}}`), Field: "approval.not.performed"},
		"condition on an empty group":   {Text: minimal(`,"approval":{"count":{"min":1,"group":"x"}}`), Field: "approval.count.group"},
		"count without min":             {Text: minimal(`,"approval":{"count":{}}`), Field: "approval.count.min"},
		"count beyond the parties":      {Text: minimal(`,"approval":{"count":{"min":3}}`), Field: "approval.count.min"},
		"count with a total":            {Text: minimal(`,"approval":{"count":{"min":1,"total":2}}`), Field: "approval.count.total"},
		"min above one":                 {Text: minimal(`,"approval":{"count":{"min":"4/3"}}`), Field: "approval.count.min"},
		"min above 100%":                {Text: minimal(`,"approval":{"count":{"min":"100.1%"}}`), Field: "approval.count.min"},
		"min over zero":                 {Text: minimal(`,"approval":{"count":{"min":"1/0"}}`), Field: "approval.count.min"},
		"min a word":                    {Text: minimal(`,"approval":{"count":{"min":"half"}}`), Field: "approval.count.min"},
		"min without digits":            {Text: minimal(`,"approval":{"count":{"min":"%"}}`), Field: "approval.count.min"},
		"min signed":                    {Text: minimal(`,"approval":{"count":{"min":"+1/2"}}`), Field: "approval.count.min"},
		"min percent signed":            {Text: minimal(`,"approval":{"count":{"min":"+50%"}}`), Field: "approval.count.min"},
		"min with blanks":               {Text: minimal(`,"approval":{"count":{"min":"1 / 2"}}`), Field: "approval.count.min"},
		"min negative":                  {Text: minimal(`,"approval":{"count":{"min":-1}}`), Field: "approval.count.min"},
		"min a float":                   {Text: minimal(`,"approval":{"count":{"min":0.5}}`), Field: "approval.count.min"},
		"total below the weights":       {Text: `{"id":"d","parties":[{"id":"a","weight":5}],"approval":{"share":{"min":"50%","total":4}}}`, Field: "approval.share.total"},
		"share out of reach":            {Text: `{"id":"d","parties":[{"id":"a","weight":5}],"approval":{"share":{"min":"55%","total":10}}}`, Field: "approval.share.min"},
		"share of weights that are nil": {Text: minimal(`,"approval":{"share":{"min":"55%"}}`), Field: "approval.share.group"},
		"guard word in an approval":     {Text: minimal(`,"approval":{"all":[{"approval":"met"}]}`), Field: "approval.all[0].approval"},
		"due in an approval":            {Text: minimal(`,"approval":{"due":"term"}`), Field: "approval.due"},
		"act_of in an approval":         {Text: minimal(`,"approval":{"act_of":"a"}`), Field: "approval.act_of"},
		"nested too deep":               {Text: minimal(nested(32)), Field: inner},
		"nested far too deep":           {Text: minimal(nested(9_000)), Field: inner},
		"nested beyond the decoder":     {Text: minimal(nested(20_000)), Field: "approval"},
		"lifecycle unknown field":       {Text: minimal(`,"lifecycle":{"start":"x"}`), Field: "lifecycle.start"},
		"lifecycle states a number":     {Text: minimal(`,"lifecycle":{"states":[1]}`), Field: "lifecycle.states[0]"},
		"too many states":               {Text: minimal(`,"lifecycle":{"states":[` + many(251, `"s"`) + `]}`), Field: "lifecycle.states"},
		"too many rules":                {Text: minimal(`,"lifecycle":{"rules":[` + many(2_001, `{}`) + `]}`), Field: "lifecycle.rules"},
		"rule on a number":              {Text: minimal(`,"lifecycle":{"rules":[{"id":"r","on":7}]}`), Field: "lifecycle.rules[0].on"},
		"rule with an unknown guard":    {Text: minimal(`,"lifecycle":{"rules":[{"id":"r","when":{"maybe":1}}]}`), Field: "lifecycle.rules[0].when.maybe"},
		"rule order huge":               {Text: minimal(`,"lifecycle":{"rules":[{"id":"r","order":4294967296}]}`), Field: "lifecycle.rules[0].order"},
	}
}

// Terms gives, by what is wrong with each, agreements whose clocks, commitments or
// lifecycle nobody can mean. Some are refused only when they are compiled.
func Terms() map[string]Case {
	snapback := `"timers":[{"id":"snapback","after":{"days":30}}]`
	extends := func(more string) string {
		return `"lifecycle":{"extends":"standard","states":["review"],"rules":[{"id":"go","on":"dispute","from":["implemented"],"to":"review","order":-1},` +
			`{"id":"back","on":"snapback","from":["review"],"to":"implemented"}]` + more + `}`
	}
	return map[string]Case{
		"a timer no rule uses":              {minimal(`,` + snapback), "timers[0].id", `no rule waits for "snapback"; want one in lifecycle.rules with "on":"snapback"`},
		"a rule on an undeclared timer":     {minimal(`,` + extends("")), "lifecycle.rules[back].on", `"snapback" is neither a kind of event, a clock nor a timer of this agreement`},
		"a timer misspelt in its rule":      {minimal(`,"timers":[{"id":"snap_back","after":{"days":30}},{"id":"snapback2","after":{"days":30}}],` + extends("")), "timers[0].id", `no rule waits for "snap_back"`},
		"a timer named after a kind":        {minimal(`,"timers":[{"id":"approve","after":{"days":30}}]`), "timers[0].id", "a kind of event or a clock already; want another name"},
		"a timer named after a clock":       {minimal(`,"timers":[{"id":"notice","after":{"days":30}}]`), "timers[0].id", "a kind of event or a clock already; want another name"},
		"a timer twice":                     {minimal(`,"timers":[{"id":"snapback","after":{"days":30}},{"id":"snapback","after":{"days":3}}],` + extends("")), "timers[1].id", "twice"},
		"a timer of no time":                {minimal(`,"timers":[{"id":"snapback","after":{}}],` + extends("")), "timers[0].after", "no time at all"},
		"a timer that is only a date":       {minimal(`,"timers":[{"id":"snapback","after":{"not_before":"2025-07-01T00:00:00Z"}}],` + extends("")), "timers[0].after", "only a date; want days, months or first_of_month"},
		"a timer without id":                {minimal(`,"timers":[{"after":{"days":30}}]`), "timers[0].id", "missing"},
		"renewal without a term":            {minimal(`,"renew":{"days":120}`), "renew", "there is no term that could run again; want a term beside it"},
		"renewal for no time":               {minimal(`,"term":{"days":120},"renew":{}`), "renew", "would never end; want days, months or first_of_month"},
		"renewal out of range":              {minimal(`,"term":{"days":120},"renew":{"days":-1}`), "renew.days", "out of range"},
		"a notice of no time":               {minimal(`,"notice":{}`), "notice", "no time at all; leave it out where a party leaves at once"},
		"a notice on a day without by":      {minimal(`,"notice":{"on":"06-30"}`), "notice", `on and by go together, such as {"on":"06-30","by":"01-01"}`},
		"a notice by a day without on":      {minimal(`,"notice":{"by":"01-01"}`), "notice", "on and by go together"},
		"a notice of a delay and a day":     {minimal(`,"notice":{"days":1,"on":"06-30","by":"01-01"}`), "notice", "either a delay, or on and by; not both"},
		"a notice on no day of the year":    {minimal(`,"notice":{"on":"06-31","by":"01-01"}`), "notice.on", "want month and day, such as 06-30"},
		"a notice on a leap day":            {minimal(`,"notice":{"on":"02-29","by":"01-01"}`), "notice.on", "want month and day"},
		"a notice in no state that is left": {minimal(`,"notice":{"days":1},"lifecycle":{"initial":"s","states":["s"],"rules":[{"id":"r","on":"approve","from":["s"]}]}`), "notice", `want a rule in lifecycle.rules with "on":"notice"`},
		"joining from elsewhere":            {minimal(`,"join":{"days":30,"from":"signature"}`), "join.from", "want one of trigger, force"},
		"joining before the past":           {minimal(`,"join":{"days":-30}`), "join.days", "out of range"},
		"a deadline given twice":            {minimal(`,"commitments":[{"id":"c","party":"a","deadline":"2025-07-10T00:00:00Z","deadline":{"days":30}}]`), "commitments[0].deadline", "twice"},
		"a deadline that is no instant":     {minimal(`,"commitments":[{"id":"c","party":"a","deadline":"soon"}]`), "commitments[0].deadline", "want RFC 3339"},
		"a deadline out of range":           {minimal(`,"commitments":[{"id":"c","party":"a","deadline":{"days":-1}}]`), "commitments[0].deadline.days", "out of range"},
		"a rule that is not there dropped":  {minimal(`,"lifecycle":{"extends":"standard","rules":[],"drop":["terminate","disptue"]}`), "lifecycle.drop[1]", `has no rule "disptue"; did you mean "dispute"?`},
		"a rule dropped from nothing":       {minimal(`,"lifecycle":{"initial":"s","states":["s"],"rules":[],"drop":["dispute"]}`), "lifecycle.drop", `want "extends":"standard" beside it`},
		"an extension of something else":    {minimal(`,"lifecycle":{"extends":"default","rules":[]}`), "lifecycle.extends", `"default" is unknown; want standard`},
		"an extension that repeats a rule":  {minimal(`,"lifecycle":{"extends":"standard","rules":[{"id":"dispute","on":"dispute","from":["implemented"]}]}`), "lifecycle.rules[dispute]", "another rule of this id"},
		"an extension that repeats a state": {minimal(`,"lifecycle":{"extends":"standard","states":["implemented"],"rules":[]}`), "lifecycle.states[0]", "twice"},
		"an added state out of reach":       {minimal(`,"lifecycle":{"extends":"standard","states":["review"],"rules":[]}`), "lifecycle.states[0]", `no rule leads to "review"`},
		"in force in a state not declared":  {minimal(`,"lifecycle":{"extends":"standard","states":["review"],"in_force":["revue"],"rules":[]}`), "lifecycle.in_force[0]", `"revue" is not among the declared states; did you mean "review"?`},
		"an instant that is none":           {minimal(`,"approval":{"reached":"soon"}`), "approval.reached", "want RFC 3339"},
		"a signature of nobody":             {minimal(`,"approval":{"signed":"x"}`), "approval.signed", "want one of a, b"},
	}
}
