// Package scenario reads, writes and runs scenarios of a deal, as text that
// reads aloud: one act a line, and indented under it what should be so.
//
//	file, err := scenario.Parse("london.scenario", r)
//	result, err := scenario.Run(file.Scenarios[0], agreement)
//	for _, f := range result.Failures {
//		fmt.Println(f.Line, f.Message)
//	}
//
// It opens no file, reads no clock and needs no test; in tests, use
// dealtest.RunFile.
//
// # A file
//
//	# Comments stand on lines of their own.
//	scenario The deadline passes, and a late report reopens it
//	agreement treaty.json
//	2025-06-10 negotiate by the delegations as negotiator
//	2025-06-20 approve china by xi
//	  state awaiting_trump_approval
//	  awaiting us
//	2025-07-01 time passes
//	  fires deadline
//	  state lapsed
//	2025-06-30 approve us by trump known 2025-07-02
//	  revised deadline
//	  state approved
//	  state lapsed known by 2025-07-01
//	2025-07-03 retract 04-approve-us
//	  state lapsed
//
// # Grammar
//
// A file is UTF-8, of at most [MaxLines] lines. Words are set off by blanks or
// tabs. A line that begins with one is an expectation. Blank lines mean nothing.
//
// A comment is a line of its own: its first character other than a blank is #.
// Nowhere else may a word begin with #, unless it stands in quotes, so that no
// comment behind an act, a name or a reason is ever read as part of it. White
// space other than blanks and tabs needs quotes too.
//
//	File        = { Scenario } .
//	Scenario    = "scenario" Name EOL
//	              ( "deal" Word | "agreement" Word ) [ "under" Policy ] EOL
//	              { Expectation } { Step } .
//	Step        = Start ( Act | "time" "passes" ) EOL { Expectation } .
//	Act         = Kind [ Word [ Word ] ] { Clause } .
//	Kind        = "negotiate" | "sign" | "submit" | "approve" | "reject" | "withdraw" | "amend" | "apply" |
//	              "implement" | "perform" | "breach" | "dispute" | "settle" | "suspend" | "resume" |
//	              "extend" | "terminate" | "retract" | "note" .
//	Clause      = "by" Words | "as" Role | Modality | "known" Start | "revision" Number |
//	              "commitment" Word | "ref" Word | "until" Start | "id" Word | "party" Word |
//	              "source" Words | "url" Word | "published" Word | "saying" Quoted .
//	Role        = "instrument" | "approver" | "government" | "negotiator" | "counterparty" | "press" .
//	Modality    = "asserted" | "conditional" | "denied" | "planned" .
//	Expectation = Indent ( Outcome | Standing | Change ) EOL .
//	Outcome     = ( "applied" | "refused" | "noted" | "duplicate" ) [ View ] [ ":" Text ] .
//	Standing    = ( "state" Word | "verdict" ( "met" | "pending" | "lost" ) | "revision" Number |
//	                ( "awaiting" | "approved" | "signed" | "provisional" | "rejected" | "withdrawn" | "stale" )
//	                  ( Names | "nobody" ) |
//	                ( "in" "force" | "leaves" ) ( Dated | "nobody" ) |
//	                "suspended" ( Names | "nothing" ) |
//	                ( "performed" | "overdue" | "breached" | "disputed" ) ( Dated | "nothing" ) |
//	                "next" ( Clock Start | "nothing" ) | "no" "warning" ) [ View ] |
//	              "warning" [ View ] ":" Text .
//	Change      = "fires" ( Clock { "," Clock } | "nothing" ) | "revised" ( Fold { "," Fold } | "nothing" ) |
//	              "nothing" "happens" .
//	Fold        = Clock | Word .                          (* a clock, or an act by its id *)
//	View        = { "under" Policy | "as" "of" Look | "known" "by" Look } .   (* each at most once *)
//	Names       = Word { "," Word } .
//	Dated       = Word [ Start ] { "," Word [ Start ] } .
//	Policy      = "strict" | "official" | "reported" .
//	Clock       = "deadline" | "effect" | "term" | "notice" Owner | "overdue" Owner | "reached" | "timer" Word .
//	Owner       = "of" Word .
//	Start, Look = DATE | RFC3339 .
//	Quoted      = Go string in quotes .
//	Word        = characters without a blank, not # first | Quoted .
//	Words       = Word { Word } | Quoted .               (* up to the next clause *)
//	Name, Text  = Quoted | the rest of the line, no word with # first .
//
// A word that could begin a clause needs quotes where it is a name: "by". So
// does one with a comma in a list. A clause stands at most once in an act.
//
// A name of several words (Words) needs quotes if a word behind its first begins
// with a digit, or is one of on, at, in, from, to, for, since, before, after,
// during, with, without, because, but, and, or, not, if, when, who, that,
// yesterday, today, tomorrow, of, under, nobody and nothing. Such words are mostly
// what somebody tried to say about the act: "by trump on tuesday" is refused, for
// the act's date is the line's first word.
//
// # What it means
//
// The word after a kind is the party whose act it is, and after retract the
// event that is voided; without one, the act is of all sides jointly. After perform
// it may be the commitment, or the party and then the commitment: perform
// us-tariff-cut, or perform us us-tariff-cut; after breach likewise, and after
// suspend and resume, where that commitment alone is suspended. An until behind
// withdraw says when the party leaves. See [Scenario.Events] for the ids and roles
// that need not be written.
//
// A date means the start of that day in UTC, but in as of and known by (Look)
// its end: so "as of" a day sees what happened on it. Acts may be written in any
// order: the order of the lines is that in which the reports arrive, and the
// dates say when the acts happened. Acts of one instant fold as the core folds
// them ([dealstate.Event.Compare]): what enables comes before what needs it, wherever
// it is written; then by when they were known. Those of one kind, known at once, fold
// in the order of the lines, for as long as the scenario gives no ids of its own.
//
// An expectation looks at the deal with all acts above it on record, under the
// deal's policy (strict, unless its line says otherwise), as of the latest
// instant of which any line so far speaks. With known by, and no as of, it looks
// from that earlier instant. Names may stand in any order. A reason is given by
// its whole text; of several, one is enough, or some that follow one another, with
// "; " between. Or it is given by the word of its code: refused: not_approved. An
// outcome without a view is that of recording the act there and then; with one,
// what the act comes to as the view sees it.
//
// In force lists those that the deal binds, leaves those whose notice of leaving
// runs, provisional those that apply it provisionally, suspended the parties that
// suspend their part and the commitments that are suspended, overdue the commitments
// whose deadline has passed. Rejected, withdrawn and stale list those that stand so to the
// current text, stale who approved an earlier one only. Disputed lists the disputes that
// are open, by the ids of their acts. A date behind a name is that since which it is so; behind
// leaves, the day on which the notice ends. It may be left out.
//
//	2025-11-04 withdraw us
//	  leaves us 2026-11-04
//	  in force us 2025-07-05, china
//	  next notice of us 2026-11-04
//
// Several clocks of one sort may run, so a notice is named with its party, overdue
// with the commitment, and an agreement's own timer by its id.
//
// Fires means the clocks that fired since the step before. Revised means the
// earlier acts, and clocks, that are now decided otherwise. Nothing happens
// means that the deal stands exactly where it stood before the step.
package scenario
