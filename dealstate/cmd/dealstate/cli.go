package main

import (
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/alecthomas/kong"
)

const description = `Where international deals stand, from a folder of agreements (*.json) and logs (*.csv, *.jsonl, *.parquet).

The folder is all the configuration there is. Dates are days in UTC. Exit codes: 0 done or yes, 1 the answer is no,
2 a wrong command line, 3 a file that cannot be understood, 4 the system failed, 130 interrupted.`

// cli is the grammar of the command line. Each command has a file of its own.
type cli struct {
	Folder   string      `short:"C" default:"." placeholder:"DIR" help:"The folder: agreements, logs, and a journal if there is one. Default: this one."`
	Template string      `placeholder:"DEAL" help:"The deal of the folder whose terms apply to every deal that has events but no agreement."`
	JSON     bool        `name:"json" help:"Write JSON, one object a line, instead of text for people."`
	Version  versionFlag `help:"Say which version this is."`

	Init     initCmd     `cmd:"" help:"Write files to start with: an agreement, a log, and an explanation of their keys."`
	State    stateCmd    `cmd:"" help:"Where each deal stands."`
	Explain  explainCmd  `cmd:"" help:"Where a deal stands, and why, in plain English."`
	Log      logCmd      `cmd:"" help:"What each report did, and each clock."`
	Why      whyCmd      `cmd:"" help:"What one report did, and why."`
	Diff     diffCmd     `cmd:"" help:"The differences between two views of a deal: two dates, or two policies."`
	Due      dueCmd      `cmd:"" help:"What falls due, as a list or a calendar."`
	Draw     drawCmd     `cmd:"" help:"Draw a deal: its timeline, its rules, what each side kept."`
	Report   reportCmd   `cmd:"" help:"Write web pages: one deal, or all with a board."`
	Serve    serveCmd    `cmd:"" help:"Show the folder in a browser; with --record, also take reports."`
	Record   recordCmd   `cmd:"" help:"Add a report to the journal, after saying what it would do."`
	Check    checkCmd    `cmd:"" help:"Find errors in the folder or an agreement, and say which states a deal can still reach."`
	Simulate simulateCmd `cmd:"" help:"The odds of the future states of a deal, under a model of its parties."`
	Test     testCmd     `cmd:"" help:"Run scenarios: stories with expected results."`
	Import   importCmd   `cmd:"" help:"Read logs into the journal."`
	Export   exportCmd   `cmd:"" help:"Write tables, logs and databases for other programs."`
	Verify   verifyCmd   `cmd:"" help:"Read the whole journal, and check it against its chain of hashes."`

	Completion completionCmd `cmd:"" help:"Write the script with which a shell completes commands and flags."`
}

// versionFlag says which version of the program this is.
type versionFlag bool

// BeforeReset is called by kong where the flag is given.
func (versionFlag) BeforeReset(k *kong.Kong, ctx *kong.Context) error {
	info, _ := debug.ReadBuildInfo()
	if version := versionOf(info); slices.Contains(ctx.Args, "--json") {
		fmt.Fprintf(k.Stdout, "{\"version\":%q}\n", version)
	} else {
		fmt.Fprintln(k.Stdout, "dealstate", version)
	}
	k.Exit(exitDone)
	return nil
}

// versionOf says of which version the program is. Of one that was built from a clone, it is
// the commit, which Go notes where it builds in a repository.
func versionOf(info *debug.BuildInfo) string {
	if info == nil {
		return "of an unknown version"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	set := map[string]string{}
	for _, s := range info.Settings {
		set[s.Key] = s.Value
	}
	text := "built from source"
	if commit := set["vcs.revision"]; commit != "" {
		text += ", commit " + commit[:min(12, len(commit))]
	}
	if set["vcs.modified"] == "true" {
		text += ", with changes"
	}
	return text
}
