package condition

import (
	"github.com/fe115bb3/dealtracker/dealstate/internal/bitset"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// quota is what everyone, count and share have in common: so many of a group, or
// so much of its weight.
type quota struct {
	members Set     // the parties that can count
	weights []int64 // of all parties
	weighs  bool    // adds weights instead of counting heads
	signed  bool    // signatures count, instead of approvals
	need    int64   // heads, or weight
	most    int64   // heads, or weight, of all that are listed
	open    bool    // others may count that are not listed
}

// group gives a quota over the parties of one group, which needs nothing yet.
func (n *Names) group(name string) (q quota, size, weight int64) {
	g := n.groupOf(name)
	q = quota{members: bitset.New(len(n.weights)), weights: n.weights}
	for _, i := range g.members {
		q.members.Add(int(i))
	}
	return q, int64(len(g.members)), g.weight
}

// asks sets what is needed, of how much at most. Of a list that is known to be
// short it cannot be said that all is lost.
func (q quota) asks(need, most int64, n *Names) quota {
	q.need, q.most, q.open = need, most, n.agreement.Incomplete
	return q
}

// have counts the members of the set, or adds their weights.
func (q *quota) have(set Set) int64 {
	if q.weighs {
		return set.WeightIn(q.members, q.weights)
	}
	return int64(set.CountIn(q.members))
}

// eval is lost when what was rejected leaves less than is needed.
func (q *quota) eval(s Situation) Verdict {
	switch {
	case q.counted(s) >= q.need:
		return Met
	case !q.signed && !q.open && q.most-q.have(s.Rejected()) < q.need: // who has not signed may still do so
		return Lost
	}
	return Pending
}

// counted is how much there is of what counts.
func (q *quota) counted(s Situation) int64 {
	if q.signed {
		return q.have(s.Signed())
	}
	return q.have(s.Approved())
}

func (q *quota) read(r *Reads) {
	if q.signed {
		r.Signatures.AddAll(q.members)
		return
	}
	r.Parties.AddAll(q.members)
}

func (q *quota) await(parties Set) {
	if !q.signed {
		parties.AddAll(q.members)
	}
}

// reach asks the heaviest first.
func (q *quota) reach(s Situation, w way) (way, bool) {
	if q.signed { // no approval helps
		return w, q.eval(s) == Met
	}
	for _, i := range heaviest(q.members, q.weights) {
		if q.have(w.parties) >= q.need {
			return w, true
		}
		if !s.Rejected().Has(i) {
			w.parties.Add(i)
		}
	}
	return w, q.have(w.parties) >= q.need
}

// acts says what is counted: approvals, or with "of":"signed" signatures.
type acts struct{ signed bool }

func (a acts) writeOf(to *strictjson.Object) {
	if a.signed {
		to.Must("of", "signed")
	}
}

func (a *acts) readOf(f strictjson.Field) error {
	var of string
	if err := f.Text(&of); err != nil {
		return err
	}
	if of != "signed" && of != "approved" {
		return field.Errorf(f.Path, "%q is unknown; want signed, or approved, which is the same as leaving it out", field.Clip(of))
	}
	a.signed = of == "signed"
	return nil
}

// verb says what each must have done.
func (a acts) verb() string {
	if a.signed {
		return "signed"
	}
	return "approved"
}

// checkMin refuses a threshold that is no number or asks for nothing, and a group
// without parties.
func checkMin(path, group string, min Threshold, size int64) error {
	if size == 0 {
		return field.Errorf(path+".group", "%q has no party", field.Clip(group))
	}
	if err := min.check(path + ".min"); err != nil {
		return err
	}
	if min.num == 0 {
		return field.Errorf(path+".min", "asks for nothing; want at least 1")
	}
	return nil
}

// readMin reads an object that must hold a min; take has the other keys.
func readMin(f strictjson.Field, min *Threshold, take func(strictjson.Field) error) error {
	given := false
	err := strictjson.ReadObject(f.Path, f.Raw, func(f strictjson.Field) error {
		if f.Key == "min" {
			given = true
			return min.read(f)
		}
		return take(f)
	})
	if err == nil && !given {
		err = field.Errorf(f.Path+".min", "missing; want a number, \"2/3\" or \"50%%\"")
	}
	return err
}

// groupWords says whose approvals count.
func groupWords(group string) string {
	if group == "" {
		return "the parties"
	}
	return "the parties in " + group
}
