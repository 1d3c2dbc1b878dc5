package condition

// Shortfall is one thing that a condition lacks, as data: who reads it says it in
// their own words. What a field means depends on Lack.
type Shortfall struct {
	Lack  Lack
	Index int    // of the party or commitment, in the agreement's order
	Name  string // of the party, commitment or group; "" is the group of every party
	Words string // what a reader is told, where the other fields do not say it
	Have  int64
	Need  int64
}

// Lack is what kind of thing is lacking.
type Lack uint8

// The kinds of lack.
const (
	LackApproval    Lack = iota + 1 // the party Name, at Index, has not approved
	LackMore                        // Have more parties have not
	LackCount                       // Have of the Need approvals in group Name
	LackWeight                      // Have of the Need weight in group Name; Words says both for people
	LackPerformance                 // the commitment Name, at Index, is not performed
	LackOther                       // Words says what
)

// Lacks lists the kinds of lack.
func Lacks() []Lack {
	return []Lack{LackApproval, LackMore, LackCount, LackWeight, LackPerformance, LackOther}
}

// lacking appends what the test lacks, if it is not met.
func lacking(t test, s Situation, to []Shortfall) []Shortfall {
	if t.eval(s) == Met {
		return to
	}
	return t.lacks(s, to)
}
