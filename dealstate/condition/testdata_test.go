package condition

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/bitset"
	"github.com/fe115bb3/dealtracker/dealstate/internal/instant"
)

// The files in testdata say what conditions come to. A line that is not indented
// asks; the indented lines below it answer:
//
//	agreement                        begins anew, with no party
//	party us group=x,y weight=3      adds a party; commitment, clock and incomplete likewise
//	approval {"approved":"us"}       what guards mean by the approval condition
//	condition {"all":[]}             an approval condition; guard {…} is that of a rule
//	when approved=us rejected=china performed=c due=deadline actor=us
//	when signed=us applied=us suspended=us bound=us part now=2025-06-27T09:00:00Z verdict=met
//
// A situation says who has approved, signed and so on, whose act is at hand and
// whether it is about a part of the deal only, which instant it is, and what has become
// of the approval condition, where that is not what the approvals say.
//
// go test -update writes the answers; read the diff.
var update = flag.Bool("update", false, "write the answers in testdata anew")

// world is what a file has said so far.
type world struct {
	agreement Agreement
	approval  Condition
	condition Condition
	guard     bool
	order     []int // in which the parties are listed; nil: as the file has them
}

// place is a deal as a test sees it.
type place struct {
	parties                                                          []Party
	approved, rejected, performed, signed, applied, suspended, bound Set
	due                                                              map[int]bool
	actor                                                            int
	part                                                             bool
	now                                                              time.Time
	approval                                                         *Test
	verdict                                                          Verdict // of the approval condition; 0: what approval comes to
}

func (p *place) Approved() Set        { return p.approved }
func (p *place) Rejected() Set        { return p.rejected }
func (p *place) Performed() Set       { return p.performed }
func (p *place) IsDue(clock int) bool { return p.due[clock] }
func (p *place) Actor() int           { return p.actor }
func (p *place) Signed() Set          { return p.signed }
func (p *place) Applied() Set         { return p.applied }
func (p *place) Suspended() Set       { return p.suspended }
func (p *place) ConcernsPart() bool   { return p.part }
func (p *place) Binds(party int) bool {
	return party == anyParty && p.bound.Count() > 0 || party != anyParty && p.bound.Has(party)
}
func (p *place) Reached(at time.Time) bool { return !p.now.IsZero() && !at.After(p.now) }
func (p *place) Approval() Verdict {
	if p.verdict != 0 {
		return p.verdict
	}
	return p.approval.Eval(p)
}
func (p *place) Standing(party int) string {
	switch id := p.parties[party].ID; {
	case p.approved.Has(party):
		return id + " has approved"
	case p.rejected.Has(party):
		return id + " has rejected it"
	default:
		return id + " has not approved"
	}
}

// ask takes in one line, and gives the answer to it.
func (w *world) ask(t *testing.T, line string) []string {
	t.Helper()
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "agreement":
		*w = world{order: w.order}
	case "party":
		w.agreement.Parties = append(w.agreement.Parties, party(t, rest))
	case "commitment":
		w.agreement.Commitments = append(w.agreement.Commitments, rest)
	case "clock":
		w.agreement.Clocks = append(w.agreement.Clocks, rest)
	case "incomplete":
		w.agreement.Incomplete = true
	case "approval":
		require.NoError(t, w.approval.UnmarshalJSON([]byte(rest)), rest)
	case "condition", "guard":
		w.guard = verb == "guard"
		w.condition = Condition{}
		if rest == "" { // the zero condition
			return w.describe()
		}
		if err := w.condition.ReadJSON(verb, []byte(rest)); err != nil {
			return []string{"refused " + err.Error()}
		}
		return w.describe()
	case "when":
		return w.look(t, rest)
	default:
		t.Fatalf("%q asks nothing", line)
	}
	return nil
}

func party(t *testing.T, text string) Party {
	t.Helper()
	words := strings.Fields(text)
	p := Party{ID: words[0]}
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "group":
			p.Groups = strings.Split(value, ",")
		case "weight":
			weight, err := strconv.ParseInt(value, 10, 64)
			require.NoError(t, err)
			p.Weight = weight
		default:
			t.Fatalf("%q is nothing that a party has", word)
		}
	}
	return p
}

// names lists the parties in the world's order.
func (w *world) names() *Names {
	a := w.agreement
	a.Parties = nil
	for _, i := range w.sequence() {
		a.Parties = append(a.Parties, w.agreement.Parties[i])
	}
	return NewNames(a)
}

func (w *world) sequence() []int {
	all := make([]int, len(w.agreement.Parties))
	for i := range all {
		all[i] = i
	}
	if len(w.order) != len(all) {
		return all
	}
	return w.order
}

func (w *world) bind(n *Names) *Test {
	if w.guard {
		return n.BindGuard(w.condition, n.BindApproval(w.approval))
	}
	return n.BindApproval(w.condition)
}

// describe says all about a condition that no situation changes.
func (w *world) describe() []string {
	n := w.names()
	check, path := n.CheckApproval, "condition"
	if w.guard {
		check, path = n.CheckGuard, "guard"
	}
	if err := check(path, w.condition); err != nil {
		return []string{"refused " + err.Error()}
	}
	test := w.bind(n)
	r := n.Reads(test)
	reads := append(n.ids(r.Parties), n.commitmentIDs(r.Commitments)...)
	for _, id := range n.ids(r.Actors) {
		reads = append(reads, "act-of-"+id)
	}
	if r.JointActor {
		reads = append(reads, "act-of-all")
	}
	if r.Clocks {
		reads = append(reads, "clocks")
	}
	reads = append(reads, n.ownReads(r)...)
	said := []string{"reads    " + strings.Join(reads, " "), "awaits   " + strings.Join(n.ids(test.Awaited()), " ")}
	if w.guard && w.condition.IsZero() { // a guard that is not there says nothing
		return said
	}
	return append([]string{"words    " + w.condition.String(), "negated  " + w.condition.operator().negated()}, said...)
}

// ownReads is what is read of each party's own acts, of the act at hand and of time.
func (n *Names) ownReads(r Reads) (reads []string) {
	for _, of := range []struct {
		what string
		set  Set
	}{{"signature", r.Signatures}, {"application", r.Applications}, {"suspension", r.Suspensions}} {
		for _, id := range n.ids(of.set) {
			reads = append(reads, of.what+"-of-"+id)
		}
	}
	if r.Bound {
		reads = append(reads, "bound")
	}
	if r.Part {
		reads = append(reads, "part")
	}
	for _, at := range r.Instants {
		reads = append(reads, instant.Format(at))
	}
	return reads
}

func (n *Names) ids(set Set) []string {
	var ids []string
	set.Each(func(i int) { ids = append(ids, n.agreement.Parties[i].ID) })
	return ids
}

func (n *Names) commitmentIDs(set Set) []string {
	var ids []string
	set.Each(func(i int) { ids = append(ids, n.agreement.Commitments[i]) })
	return ids
}

// look says what the condition comes to in one situation.
func (w *world) look(t *testing.T, situation string) []string {
	t.Helper()
	n := w.names()
	test, s := w.bind(n), w.place(t, n, situation)
	var lacks []string
	for _, lack := range test.Unmet(s, nil) {
		lacks = append(lacks, lackText(lack))
	}
	parties, commitments := test.Shortest(s)
	var shortest []string
	for _, i := range parties {
		shortest = append(shortest, n.agreement.Parties[i].ID)
	}
	for _, i := range commitments {
		shortest = append(shortest, n.agreement.Commitments[i])
	}
	if test.Eval(s) == Pending && len(shortest) > 0 { // it is a way, too
		for _, i := range parties {
			s.approved.Add(i)
		}
		for _, i := range commitments {
			s.performed.Add(i)
		}
		require.Equal(t, Met, test.Eval(s), "%s %s: %s is not enough", w.condition, situation, shortest)
		s = w.place(t, n, situation)
	}
	f := test.Find(s)
	require.Equal(t, test.Eval(s), f.Verdict)
	return []string{"verdict  " + f.Verdict.String(), "finding  " + f.String(), "lacks    " + strings.Join(lacks, "; "), "shortest " + strings.Join(shortest, " ")}
}

// place is the situation, in which the approval condition is the world's.
func (w *world) place(t *testing.T, n *Names, text string) *place {
	t.Helper()
	s := newPlace(t, n, text)
	s.approval = n.BindApproval(w.approval)
	return s
}

func emptyPlace(n *Names) *place {
	count := len(n.agreement.Parties)
	return &place{parties: n.agreement.Parties, approved: bitset.New(count), rejected: bitset.New(count),
		signed: bitset.New(count), applied: bitset.New(count), suspended: bitset.New(count), bound: bitset.New(count),
		performed: bitset.New(len(n.agreement.Commitments)), due: map[int]bool{}, actor: allSides, approval: n.BindApproval(Condition{})}
}

func newPlace(t *testing.T, n *Names, text string) *place {
	t.Helper()
	s := emptyPlace(n)
	for _, word := range strings.Fields(text) {
		key, value, _ := strings.Cut(word, "=")
		for _, id := range strings.Split(value, ",") {
			s.put(t, n, key, id)
		}
	}
	return s
}

// put takes in one word of a situation.
func (p *place) put(t *testing.T, n *Names, key, id string) {
	t.Helper()
	at := func(list map[string]int) int {
		i, ok := list[id]
		require.True(t, ok, "%s is nobody", id)
		return i
	}
	sets := map[string]Set{"approved": p.approved, "rejected": p.rejected, "signed": p.signed, "applied": p.applied, "suspended": p.suspended, "bound": p.bound}
	switch set, ofParties := sets[key]; {
	case ofParties:
		set.Add(at(n.parties))
	case key == "performed":
		p.performed.Add(at(n.commitments))
	case key == "due":
		p.due[slices.Index(n.agreement.Clocks, id)] = true
	case key == "actor":
		p.actor = at(n.parties)
	case key == "part":
		p.part = true
	case key == "now":
		now, err := time.Parse(time.RFC3339, id)
		require.NoError(t, err)
		p.now = now
	case key == "verdict":
		require.NoError(t, p.verdict.UnmarshalText([]byte(id)))
	default:
		t.Fatalf("%q is nothing that a deal has", key)
	}
}

var lackNames = [...]string{LackApproval: "approval", LackMore: "more", LackCount: "count", LackWeight: "weight", LackPerformance: "performance", LackOther: "other"}

func lackText(s Shortfall) string {
	text := lackNames[s.Lack]
	for _, word := range []string{s.Name, s.Words} {
		if word != "" {
			text += " " + word
		}
	}
	if s.Have != 0 || s.Need != 0 {
		text += fmt.Sprintf(" %d/%d", s.Have, s.Need)
	}
	return text
}

// answer runs a whole file and gives it back with its answers.
func answer(t *testing.T, text string, order []int) string {
	t.Helper()
	w := &world{order: order}
	var out bytes.Buffer
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "\t") {
			continue
		}
		fmt.Fprintln(&out, line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for _, said := range w.ask(t, line) {
			fmt.Fprintln(&out, "\t"+strings.TrimRight(said, " "))
		}
	}
	return out.String()
}

func eachFile(t *testing.T, look func(t *testing.T, path, text string)) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			look(t, path, string(text))
		})
	}
}

func TestConditionsComeToWhatTheFilesSay(t *testing.T) {
	eachFile(t, func(t *testing.T, path, text string) {
		got := answer(t, text, nil)
		if *update {
			require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
			return
		}
		require.Equal(t, text, got)
	})
}

// Who is listed first decides nothing but the order in which parties are named,
// and which of equals a short way takes.
func TestTheOrderOfThePartiesDecidesNothing(t *testing.T) {
	eachFile(t, func(t *testing.T, _, text string) {
		for n := 2; n <= 6; n++ {
			for _, order := range orders(n) {
				require.Equal(t, orderless(text), orderless(answer(t, text, order)), "parties in order %v", order)
			}
		}
	})
}

// orders gives every order of n parties; of more than four, two that move each.
func orders(n int) [][]int {
	if n > 4 {
		back, turned := make([]int, n), make([]int, n)
		for i := range n {
			back[i], turned[i] = n-1-i, (i+1)%n
		}
		return [][]int{back, turned}
	}
	if n == 1 {
		return [][]int{{0}}
	}
	var all [][]int
	for _, rest := range orders(n - 1) {
		for at := range n {
			all = append(all, slices.Insert(slices.Clone(rest), at, n-1))
		}
	}
	return all
}

// orderless takes out of the answers what the order of the parties may decide.
func orderless(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest = strings.TrimSpace(rest)
		switch verb {
		case "reads", "awaits":
			words := strings.Fields(rest)
			slices.Sort(words)
			line = verb + " " + strings.Join(words, " ")
		case "lacks":
			lacks := strings.Split(rest, "; ")
			slices.Sort(lacks)
			if strings.Contains(rest, "; more ") { // the first five are named
				lacks = []string{strconv.Itoa(len(lacks))}
			}
			line = verb + " " + strings.Join(lacks, "; ")
		case "shortest":
			line = fmt.Sprintf("%s: %d", verb, len(strings.Fields(rest)))
		case "refused":
			line, _, _ = strings.Cut(line, "; want one of")
		}
		out = append(out, strings.TrimSpace(line))
	}
	return strings.Join(out, "\n")
}

var parties = regexp.MustCompile(`(?m)^party (\S+)`)

// Where the parties exchange their names, the answers exchange them too.
func TestTheNamesOfThePartiesDecideNothing(t *testing.T) {
	eachFile(t, func(t *testing.T, _, text string) {
		var ids []string
		for _, match := range parties.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(ids, match[1]) {
				ids = append(ids, match[1])
			}
		}
		slices.SortFunc(ids, func(a, b string) int { return len(b) - len(a) })
		whole := regexp.MustCompile(`\b(` + strings.Join(ids, "|") + `)\b`)
		renamed := whole.ReplaceAllStringFunc(text, func(id string) string { return ids[(slices.Index(ids, id)+1)%len(ids)] })
		example := regexp.MustCompile(`, such as \{"approved":"\w+"\}`) // which names a party whatever the agreement
		require.Equal(t, example.ReplaceAllString(renamed, ""), example.ReplaceAllString(answer(t, renamed, nil), ""))
	})
}
