package condition

import (
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/phrase"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// count asks for so many of a group: {"count":{"min":"2/3","group":"asean"}}.
type count struct {
	min   Threshold
	group string // "": every party
	acts
}

// Count is met when at least min parties of the group have approved; the group
// "" is every party. It is lost when rejections leave too few.
func Count(min Threshold, group string) Condition { return of(count{min: min, group: group}) }

// CountSigned is met when at least min parties of the group have signed the current
// text. It is never lost.
func CountSigned(min Threshold, group string) Condition {
	return of(count{min: min, group: group, acts: acts{signed: true}})
}

func (count) word() string       { return "count" }
func (count) parts() []Condition { return nil }
func (count) guardOnly() bool    { return false }
func (o count) negated() string  { return denied(o.words()) }

func (o count) words() string {
	verb := "have"
	if o.min == AtLeast(1) {
		verb = "has"
	}
	return fmt.Sprintf("at least %s of %s %s %s", o.min, groupWords(o.group), verb, o.acts.verb())
}

func (o count) write(to *strictjson.Object) {
	var in strictjson.Object
	in.Must("min", o.min)
	in.Text("group", o.group)
	o.writeOf(&in)
	to.Must(o.word(), &in)
}

func (o count) read(f strictjson.Field, _ int) (operator, error) {
	err := readMin(f, &o.min, func(f strictjson.Field) error {
		switch f.Key {
		case "group":
			return f.Text(&o.group)
		case "of":
			return o.readOf(f)
		}
		return f.Unknown("min", "group", "of")
	})
	return o, err
}

func (o count) check(path string, in *scope) error {
	size := int64(len(in.groupOf(o.group).members))
	if err := checkMin(path, o.group, o.min, size); err != nil {
		return err
	}
	if !in.agreement.Incomplete && o.min.of(size) > size { // parties that are not listed may make up for it
		return field.Errorf(path+".min", "%s can never be met by %d parties", o.min, size)
	}
	return nil
}

func (o count) bind(to *scope) test {
	q, size, _ := to.Names.group(o.group)
	q.signed = o.signed
	return &countTest{count: o, quota: q.asks(o.min.of(size), size, to.Names)}
}

// countTest is count with its group as a mask.
type countTest struct {
	count
	quota
}

func (t *countTest) read(r *Reads) { t.quota.read(r) }

func (t *countTest) find(s Situation) Finding {
	have := t.counted(s)
	return Finding{Verdict: t.eval(s), Have: have, Need: t.need,
		Text: fmt.Sprintf("%d of the %d needed", have, t.need) + phrase.InGroup(t.group)}
}

func (t *countTest) lacks(s Situation, to []Shortfall) []Shortfall {
	if t.acts.signed {
		return append(to, Shortfall{Lack: LackOther, Words: fmt.Sprintf("%d of the %d signatures needed", t.counted(s), t.need) + phrase.InGroup(t.group)})
	}
	return append(to, Shortfall{Lack: LackCount, Name: t.group, Have: t.counted(s), Need: t.need})
}

func (*countTest) fills() bool { return true }
