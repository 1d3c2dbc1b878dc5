package main

import (
	"fmt"
	"runtime/debug"

	"github.com/alecthomas/kong"
)

const description = `Where international deals stand, from a folder of agreements (*.json) and logs (*.jsonl, *.csv).

The folder is all the configuration there is. Dates are days in UTC. Exit codes: 0 done or yes, 1 the answer is no,
2 a wrong command line, 3 a file that cannot be understood, 4 the system failed, 130 interrupted.`

// cli is the grammar of the command line. Each command has a file of its own.
type cli struct {
	Folder  string      `short:"C" default:"." type:"path" placeholder:"DIR" help:"The folder: agreements, logs, and a journal if there is one. Default: this one."`
	JSON    bool        `name:"json" help:"Write JSON, one object a line, instead of text for people."`
	Version versionFlag `help:"Say which version this is."`

	State   stateCmd   `cmd:"" help:"Where each deal stands."`
	Explain explainCmd `cmd:"" help:"Where a deal stands, and why, in plain English."`
	Log     logCmd     `cmd:"" help:"What each report did, and each clock."`
	Check   checkCmd   `cmd:"" help:"What is wrong with the folder or an agreement, and what can still become of a deal."`
	Record  recordCmd  `cmd:"" help:"Add a report to the journal, after saying what it would do."`
}

// versionFlag says which version of the program this is.
type versionFlag bool

// BeforeReset is called by kong where the flag is given.
func (versionFlag) BeforeReset(k *kong.Kong) error {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
	}
	fmt.Fprintln(k.Stdout, "dealstate", version)
	k.Exit(exitDone)
	return nil
}
