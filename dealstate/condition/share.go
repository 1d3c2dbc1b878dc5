package condition

import (
	"fmt"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
	"github.com/fe115bb3/dealtracker/dealstate/internal/phrase"
	"github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"
)

// share asks for so much of a group's weight: {"share":{"min":"55%","total":37105}}.
type share struct {
	min   Threshold
	group string // "": every party
	acts
	total int64 // 0: what the group weighs
}

// Share is met when the parties of the group that have approved hold at least
// min of the weight. Fractions are of total, or where that is 0 of the group's
// listed weights. It is lost when rejections leave too little.
func Share(min Threshold, group string, total int64) Condition {
	return of(share{min: min, group: group, total: total})
}

// ShareSigned is Share of what the parties weigh that have signed the current text. It
// is never lost.
func ShareSigned(min Threshold, group string, total int64) Condition {
	return of(share{min: min, group: group, total: total, acts: acts{signed: true}})
}

func (share) word() string       { return "share" }
func (share) parts() []Condition { return nil }
func (share) guardOnly() bool    { return false }
func (o share) negated() string  { return denied(o.words()) }

func (o share) words() string {
	return fmt.Sprintf("at least %s of the weight of %s has %s", o.min, groupWords(o.group), o.acts.verb())
}

func (o share) write(to *strictjson.Object) {
	var in strictjson.Object
	in.Must("min", o.min)
	in.Text("group", o.group)
	in.Integer("total", o.total)
	o.writeOf(&in)
	to.Must(o.word(), &in)
}

func (o share) read(f strictjson.Field, _ int) (operator, error) {
	err := readMin(f, &o.min, func(f strictjson.Field) error {
		switch f.Key {
		case "group":
			return f.Text(&o.group)
		case "total":
			return f.Integer(&o.total)
		case "of":
			return o.readOf(f)
		}
		return f.Unknown("min", "group", "total", "of")
	})
	return o, err
}

func (o share) check(path string, in *scope) error {
	g := in.groupOf(o.group)
	size, weight := int64(len(g.members)), g.weight
	if err := checkMin(path, o.group, o.min, size); err != nil {
		return err
	}
	switch {
	case weight == 0:
		return field.Errorf(path+".group", "no party of %q has a weight", field.Clip(o.group))
	case o.total < 0:
		return field.Errorf(path+".total", "%d is negative", o.total)
	case o.total > 0 && o.total < weight:
		return field.Errorf(path+".total", "%d is less than the %d that the listed parties weigh", o.total, weight)
	case !in.agreement.Incomplete && o.min.of(o.whole(weight)) > weight: // parties that are not listed may make up for it
		return field.Errorf(path+".min", "%s can never be met by the %d that the listed parties weigh", o.min, weight)
	}
	return nil
}

// whole is what a fraction is a fraction of.
func (o share) whole(weight int64) int64 {
	if o.total > 0 {
		return o.total
	}
	return weight
}

func (o share) bind(to *scope) test {
	q, _, weight := to.Names.group(o.group)
	q.weighs, q.signed = true, o.signed
	whole := o.whole(weight)
	return &shareTest{share: o, whole: whole, quota: q.asks(o.min.of(whole), weight, to.Names)}
}

// shareTest is share with its group as a mask, and what it is a share of.
type shareTest struct {
	share
	quota
	whole int64
}

func (t *shareTest) read(r *Reads) { t.quota.read(r) }

func (t *shareTest) find(s Situation) Finding {
	have := t.counted(s)
	return Finding{Verdict: t.eval(s), Have: have, Need: t.need, Text: t.haveWords(have) + " of the weight needed" + phrase.InGroup(t.group)}
}

func (t *shareTest) lacks(s Situation, to []Shortfall) []Shortfall {
	have := t.counted(s)
	return append(to, Shortfall{Lack: LackWeight, Name: t.group, Words: t.haveWords(have), Have: have, Need: t.need})
}

// fills is false: the heaviest, whom a share asks first, fill the counts beside it.
func (*shareTest) fills() bool { return false }

// haveWords says a weight beside what is needed, as percentages where the
// condition speaks of a part of the whole.
func (t *shareTest) haveWords(have int64) string {
	if t.min.den == 0 {
		return fmt.Sprintf("%d of the %d", have, t.need)
	}
	min := t.min.String()
	if t.min.percent {
		min = min[:len(min)-1] + " %"
	}
	return fmt.Sprintf("%s of the %s", percentOf(have, t.whole), min)
}

// percentOf writes have/total as a threshold's percentage is written, with two decimals
// at most, cut and not rounded, so that 54.999 never reads as 55.
func percentOf(have, total int64) string {
	if total == 0 {
		return "0 %"
	}
	return decimal(Threshold{num: have, den: total}.of10000(), 100) + " %"
}
