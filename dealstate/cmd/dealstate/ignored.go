package main

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// ignored are flags that a command would not follow as it is called. They are refused: who
// gives one means something by it. Flags of recording beside --dry-run are none of these:
// a dry run tries the same command line.
type ignored struct {
	command string
	flags   []string // their names, without dashes
	when    func(c *cli) bool
	of      string // what the flags are for
	want    string // what would be right
}

var viewNames = []string{"policy", "as-of", "known-by"}

// ignoredFlags are those there are. The first that applies is told.
var ignoredFlags = []ignored{
	{"init", []string{"template"}, func(*cli) bool { return true }, "the deals of a folder that have no agreement", "name the template of init without dashes, as in dealstate init many"},
	{"diff", []string{"policy"}, func(c *cli) bool { return namesPolicy(c.Diff.From) && namesPolicy(c.Diff.To) }, "a view that names no policy", "name it in one place only"},
	{"due", []string{"title", "output"}, func(c *cli) bool { return !c.Due.ICS }, "a calendar", "add --ics"},
	{"draw", []string{"compare"}, func(c *cli) bool { return !slices.Contains([]string{"timeline", "page"}, c.Draw.Picture) }, "a timeline and a page", "draw one of these"},
	{"draw", viewNames, func(c *cli) bool { return c.Draw.Picture == "rules" }, "what was reported", "draw the deal in its rules with diagram"},
	{"report", []string{"title"}, func(c *cli) bool { return !c.Report.isOfAll() }, "the board of all deals", "name its folder with -o, and no deal"},
	{"serve", []string{"wait"}, func(c *cli) bool { return !c.Serve.Record }, "the journal", "add --record"},
	{"check", append([]string{"to", "steps"}, viewNames...), func(c *cli) bool { return len(c.Check.Deals) == 0 }, "the paths of a deal", "name one"},
	{"verify", []string{"head"}, func(c *cli) bool { return c.Verify.Salvage != "" }, "a journal that is only read", "verify without --salvage first"},
	{"export", append([]string{"format", "every", "output"}, viewNames...), exporting("list"), "what is exported", "name one thing of the list"},
	{"export", []string{"format"}, exporting("xes", "ocel", "pnml", database), "a table", "export one"},
	{"export", []string{"every"}, func(c *cli) bool { return isExport(c.Export.What) && !exporting("panel", "balances", "all")(c) }, "panel and balances", "export one of these, or all"},
	{"export", viewNames, exporting("pnml"), "what was reported", "export decisions or states"},
	{"export", viewNames, exporting("events", "lags"), "what reports did", "export decisions; events and lags are of every report"},
	{"export", []string{"policy"}, exporting("policy-changes", database), "one policy", "export states; this has every policy"},
	{"export", []string{"known-by"}, func(c *cli) bool { return c.Export.AsOf != "" && exporting("panel", "balances")(c) }, "the last date where there is no --as-of", "give one of them; each date is as known then"},
}

// exporting makes the condition that one of these is exported.
func exporting(names ...string) func(c *cli) bool {
	return func(c *cli) bool { return slices.Contains(names, c.Export.What) }
}

// isExport reports whether there is such a thing to export.
func isExport(what string) bool {
	_, isTable := tableOf(what)
	return isTable || slices.Contains([]string{"list", "all", database}, what) || slices.ContainsFunc(documents, func(d document) bool { return d.name == what })
}

// namesPolicy reports whether a view that is written in one argument names a policy.
func namesPolicy(view string) bool {
	return slices.ContainsFunc(strings.Split(view, ","), func(part string) bool { _, err := dealstate.ParsePolicy(part); return err == nil })
}

// followed refuses a flag that is given and that the command would not follow.
func followed(ctx *kong.Context, c *cli) error {
	for _, of := range ignoredFlags {
		if of.command != ctx.Selected().Name || !of.when(c) {
			continue
		}
		for _, part := range ctx.Path {
			if part.Flag == nil || !slices.Contains(of.flags, part.Flag.Name) || isEmpty(part.Flag.Target) { // -o - is standard output
				continue
			}
			return misusef("--%s is for %s; %s, or leave it out", part.Flag.Name, of.of, of.want)
		}
	}
	return nil
}
