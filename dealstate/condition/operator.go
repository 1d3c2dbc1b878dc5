package condition

import (
	"maps"
	"slices"

	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// operator is a condition as it was written: with the names of parties, groups,
// commitments and clocks. It is a value that nobody changes.
type operator interface {
	// word is the operator's key in JSON.
	word() string
	// parts are the conditions that stand within, in their order.
	parts() []Condition

	// words says the condition, and negated says that it is not met.
	words() string
	negated() string

	// write adds the one key and its value; read is its inverse, of a value that
	// stands so deep in other conditions.
	write(o *strictjson.Object)
	read(f strictjson.Field, depth int) (operator, error)

	// guardOnly reports whether only the guard of a rule can ask this.
	guardOnly() bool
	// check finds what the agreement does not know, or could never meet. The path
	// ends in the operator's word.
	check(path string, in *scope) error
	// bind turns names that were checked into indexes.
	bind(to *scope) test
}

// test is an operator bound to one agreement: names are indexes, groups are
// masks, thresholds are numbers. It does not change.
type test interface {
	// eval gives the verdict, and allocates nothing.
	eval(s Situation) Verdict
	// find gives the verdict with what there is.
	find(s Situation) Finding
	// lacks appends every shortfall. It is asked only while eval is not Met.
	lacks(s Situation, to []Shortfall) []Shortfall
	// read marks all that eval looks at, and await the parties whose approval the
	// condition asks for.
	read(r *Reads)
	await(parties Set)
	// reach adds to the way until the test is met. Ok is false when no approval or
	// performance can do it.
	reach(s Situation, w way) (_ way, ok bool)
	// fills reports whether what other parts ask may fill this one too, so that an
	// All meets it last.
	fills() bool
}

// operators is the one table of operators, by their words in JSON.
var operators = byWord(approved{}, all{}, anyOf{}, not{}, count{}, share{}, performed{}, approval{}, due{}, actOf{})

// What goes without saying: the zero condition of an approval, and that of a guard.
var (
	unsaidApproval operator = everyone{}
	unsaidGuard    operator = all{}
)

func byWord(list ...operator) map[string]operator {
	table := make(map[string]operator, len(list))
	for _, o := range list {
		table[o.word()] = o
	}
	return table
}

// Operators lists the words of the table, the keys of a condition in JSON, in
// alphabetical order.
func Operators() []string { return slices.Sorted(maps.Keys(operators)) }

// GuardOnly reports whether only the guard of a rule can ask what the operator of
// that word asks.
func GuardOnly(word string) bool {
	o, ok := operators[word]
	return ok && o.guardOnly()
}

// scope is where a condition stands: in which agreement, and whether as its
// approval condition or as the guard of a rule.
type scope struct {
	*Names
	guard    bool
	approval *Test // a guard's: the agreement's approval condition
}
