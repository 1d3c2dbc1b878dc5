package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/fe115bb3/dealtracker/dealstate/render"
)

// app is what every command has from outside: the streams, the clock, the folder. One run
// of the program has one.
type app struct {
	ctx      context.Context
	in       io.Reader
	out, err io.Writer
	now      func() time.Time
	typed    bool // somebody types in
	watched  bool // err is a terminal
	shown    bool // out is a terminal
	coloured bool // out takes colours

	dir      string // the folder
	template string // the deal on whose terms are those without an agreement; "": there are none
	json     bool   // programs read out
	strayed  bool   // it was warned of events without a deal
}

// run does what the arguments say, and gives the exit code.
func (a *app) run(args []string) (code int) {
	var c cli
	parser, err := kong.New(&c, kong.Name("dealstate"), kong.Description(description), kong.Writers(a.out, a.err),
		kong.Exit(func(code int) { panic(exited(code)) }), kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		vars)
	if err != nil {
		return a.fail(err)
	}
	defer func() {
		if e, is := recover().(exited); is { // --help and --version
			code = int(e)
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	if args[0] == "help" {
		args = append(args[1:len(args):len(args)], "--help")
	}
	ctx, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(a.err, "dealstate: %s\nSee: dealstate %s--help\n", render.Inert(err.Error()), commandOf(err))
		return exitMisuse
	}
	if err := cmp.Or(given(ctx), followed(ctx, &c)); err != nil {
		return a.fail(err)
	}
	a.dir, a.template, a.json = c.Folder, c.Template, c.JSON
	return a.fail(ctx.Run(a, parser))
}

// given refuses a flag or argument that is given and empty. It is what a script makes of a
// variable that is not set, and none of them means its default by it.
func given(ctx *kong.Context) error {
	for _, part := range ctx.Path {
		switch {
		case part.Flag != nil && part.Flag.Name == "output" && part.Flag.Target.String() == "-":
			part.Flag.Target.SetString("") // which is standard output
		case part.Flag != nil && isEmpty(part.Flag.Target):
			return misusef("--%s is empty; give it a value, or leave it out", part.Flag.Name)
		case part.Positional != nil && isEmpty(part.Positional.Target):
			return misusef("%s is empty; give it a value, or leave it out", part.Positional.Summary())
		}
	}
	return nil
}

// isEmpty reports whether a value is an empty text, or a list with one.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		return v.Len() == 0
	case reflect.Slice:
		for i := range v.Len() {
			if isEmpty(v.Index(i)) {
				return true
			}
		}
	}
	return false
}

// vars are what the grammar's tags name.
var vars = kong.Vars{"policies": "strict,official,reported"}

// exited is what kong is to end the program with.
type exited int

// commandOf gives the command, and a blank, that an error of parsing is about, as far as it
// was understood.
func commandOf(err error) string {
	if e, ok := err.(*kong.ParseError); ok && e.Context != nil {
		if n := e.Context.Selected(); n != nil {
			return n.Name + " "
		}
	}
	return ""
}

// fail says what went wrong, and gives the exit code.
func (a *app) fail(err error) int {
	code := exitOf(err)
	switch code {
	case exitDone, exitNo:
	case exitInterrupted:
		fmt.Fprintln(a.err, "dealstate: interrupted")
	default:
		fmt.Fprintln(a.err, "dealstate:", render.Inert(err.Error()))
	}
	return code
}

// say writes a line for people; every argument that is a text is made inert.
func (a *app) say(format string, args ...any) {
	fmt.Fprintf(a.out, format+"\n", inert(args)...)
}

// warn does so on the other stream.
func (a *app) warn(format string, args ...any) {
	fmt.Fprintf(a.err, "dealstate: "+format+"\n", inert(args)...)
}

func inert(args []any) []any {
	for i, arg := range args {
		switch arg := arg.(type) {
		case string:
			args[i] = render.Inert(arg)
		case fmt.Stringer:
			args[i] = render.Inert(arg.String())
		case error:
			args[i] = render.Inert(arg.Error())
		}
	}
	return args
}

// object writes one JSON object on a line of its own.
func (a *app) object(v any) error {
	lines := json.NewEncoder(a.out)
	lines.SetEscapeHTML(false)
	return lines.Encode(v)
}

// style is how a line looks on a terminal that shows colours.
type style string

const (
	plain style = ""
	bold  style = "1"
	faint style = "2"
	red   style = "31"
	green style = "32"
)

// paint writes text so styled.
func (a *app) paint(s style, text string) string {
	if !a.coloured || s == plain || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// table writes rows below one another, the first in bold and the others as styled, where
// there are styles.
func (a *app) table(rows [][]string, styles ...style) error {
	var text bytes.Buffer
	if err := render.Columns(&text, rows); err != nil {
		return err
	}
	i := 0
	for line := range strings.Lines(text.String()) {
		s := bold
		if i > 0 {
			s = plain
			if i <= len(styles) {
				s = styles[i-1]
			}
		}
		if _, err := fmt.Fprintln(a.out, a.paint(s, strings.TrimRight(line, " \n"))); err != nil {
			return err
		}
		i++
	}
	return nil
}

// day writes an instant for people: a date, and where there is one the time of day. What is
// known of a day is known by its end, and that is the day, too.
func day(t time.Time) string {
	t = t.UTC()
	end := endOf(t)
	switch {
	case t.IsZero():
		return ""
	case t.Equal(t.Truncate(24 * time.Hour)), t.Equal(end), t.Equal(end.Truncate(time.Second)):
		return t.Format("2 Jan 2006")
	}
	return t.Format("2 Jan 2006 15:04Z")
}

// endOf is the last instant of the day, in UTC.
func endOf(t time.Time) time.Time { return t.Truncate(24 * time.Hour).Add(24*time.Hour - 1) }

// days says how long it is from one instant to another, in days.
func days(from, to time.Time) string {
	if from.IsZero() || to.Before(from) {
		return ""
	}
	n := (to.Unix() - from.Unix()) / 86_400
	switch n {
	case 0:
		return "today"
	case 1:
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

// number says how many there are of what: 1 deal, 2 deals.
func number(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
