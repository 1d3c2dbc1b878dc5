package parquet

// The schemas that are written, each a Go struct. A column has the name of its key in the other
// formats. A text, a number or an instant left out is null. No column is renamed or changes its
// type; a new one may be added at the end, and then the number of the schema goes up.
// testdata/schemas.golden has them in the words of the format.
//
// An instant is a pointer where it may be left out: a plain zero would be null, and zero is an
// instant, 1970-01-01T00:00:00Z.

type eventRow struct {
	ID         string    `parquet:"id,delta"`
	Deal       string    `parquet:"deal,dict"`
	Kind       string    `parquet:"kind,dict"`
	Party      string    `parquet:"party,optional,dict"`
	By         string    `parquet:"by,optional,dict"`
	Role       string    `parquet:"role,optional,dict"`
	Modality   string    `parquet:"modality,optional,dict"`
	At         int64     `parquet:"at,timestamp(nanosecond:local)"`
	Recorded   *int64    `parquet:"recorded,optional,timestamp(nanosecond:local)"`
	Revision   int32     `parquet:"revision,optional,dict"`
	Ref        string    `parquet:"ref,optional,dict"`
	Commitment string    `parquet:"commitment,optional,dict"`
	Until      *int64    `parquet:"until,optional,timestamp(nanosecond:local)"`
	Source     sourceRow `parquet:"source"`
	Note       string    `parquet:"note,optional,dict"`
}

type sourceRow struct {
	Publisher string `parquet:"publisher,optional,dict"`
	URL       string `parquet:"url,optional,delta"`
	Published string `parquet:"published,optional,dict"`
}

type spellRow struct {
	Deal     string  `parquet:"deal,dict"`
	State    string  `parquet:"state,dict"`
	Next     string  `parquet:"next,optional,dict"`
	By       string  `parquet:"by,optional,dict"`
	From     int64   `parquet:"from,timestamp(nanosecond:local)"`
	To       int64   `parquet:"to,timestamp(nanosecond:local)"`
	Seconds  float64 `parquet:"seconds"`
	Censored bool    `parquet:"censored"`
	Unseen   bool    `parquet:"unseen"`
}

type waitRow struct {
	Deal     string  `parquet:"deal,dict"`
	Party    string  `parquet:"party,dict"`
	Approver string  `parquet:"approver,optional,dict"`
	By       string  `parquet:"by,optional,dict"`
	From     int64   `parquet:"from,timestamp(nanosecond:local)"`
	To       int64   `parquet:"to,timestamp(nanosecond:local)"`
	Seconds  float64 `parquet:"seconds"`
	Censored bool    `parquet:"censored"`
}

type cellRow struct {
	Deal     string   `parquet:"deal,dict"`
	Date     int64    `parquet:"date,timestamp(nanosecond:local)"`
	Policy   string   `parquet:"policy,dict"`
	State    string   `parquet:"state,optional,dict"`
	Since    *int64   `parquet:"since,optional,timestamp(nanosecond:local)"`
	Days     int64    `parquet:"days"`
	Awaiting []string `parquet:"awaiting,list"`
}

type transitionRow struct {
	Deal       string `parquet:"deal,dict"`
	Event      string `parquet:"event,optional,delta"`
	Kind       string `parquet:"kind,optional,dict"`
	Clock      string `parquet:"clock,optional,dict"`
	Party      string `parquet:"party,optional,dict"`
	Commitment string `parquet:"commitment,optional,dict"`
	Timer      string `parquet:"timer,optional,dict"`
	At         int64  `parquet:"at,timestamp(nanosecond:local)"`
	Rule       string `parquet:"rule,dict"`
	From       string `parquet:"from,dict"`
	To         string `parquet:"to,dict"`
}

type snapshotRow struct {
	Deal     string      `parquet:"deal,dict"`
	Title    string      `parquet:"title,optional,dict"`
	State    string      `parquet:"state,dict"`
	Since    *int64      `parquet:"since,optional,timestamp(nanosecond:local)"`
	By       string      `parquet:"by,optional,delta"`
	Revision int32       `parquet:"revision"`
	Awaiting []string    `parquet:"awaiting,list"`
	Approved []string    `parquet:"approved,list"`
	AsOf     *int64      `parquet:"as_of,optional,timestamp(nanosecond:local)"`
	KnownBy  *int64      `parquet:"known_by,optional,timestamp(nanosecond:local)"`
	Policy   string      `parquet:"policy,dict"`
	Approval approvalRow `parquet:"approval"`
	InForce  *int64      `parquet:"in_force,optional,timestamp(nanosecond:local)"`
	Next     nextRow     `parquet:"next"`
	Warnings []string    `parquet:"warnings,list"` // codes
	Snapshot string      `parquet:"snapshot,json"` // all of it
}

type approvalRow struct {
	Verdict string `parquet:"verdict,dict"`
	Text    string `parquet:"text,dict"`
	Have    int64  `parquet:"have"`
	Need    int64  `parquet:"need"`
}

type nextRow struct {
	Clock      string `parquet:"clock,optional,dict"`
	Party      string `parquet:"party,optional,dict"`
	Commitment string `parquet:"commitment,optional,dict"`
	Timer      string `parquet:"timer,optional,dict"`
	Due        *int64 `parquet:"due,optional,timestamp(nanosecond:local)"`
}
