package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// completionCmd writes what a shell needs to complete the command.
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish,deals" help:"bash, zsh or fish; or deals, which lists the ids of the folder, as these do to complete them."`
}

func (completionCmd) Help() string {
	return `Example, for the current shell, and permanently:

    source <(dealstate completion bash)
    dealstate completion fish > ~/.config/fish/completions/dealstate.fish`
}

func (c *completionCmd) Run(a *app, parser *kong.Kong) error {
	if c.Shell == "deals" {
		return a.deals()
	}
	words := completionOf(parser.Model)
	text := map[string]func([]commandWords) string{"bash": bash, "zsh": zsh, "fish": fish}[c.Shell](words)
	if a.json {
		return a.object(map[string]string{"text": text})
	}
	_, err := fmt.Fprint(a.out, text)
	return err
}

// plainID matches the ids that mean nothing to a shell.
var plainID = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]*$`)

// deals lists the ids of the folder, but those in which a stranger may have put what a shell
// that completes them would run.
func (a *app) deals() error {
	f, err := a.read()
	if err != nil {
		return err
	}
	ids := slices.DeleteFunc(slices.Concat([]string{}, f.ids), func(id string) bool { return !plainID.MatchString(id) })
	if a.json {
		return a.object(map[string]any{"deals": ids})
	}
	for _, id := range ids {
		a.say("%s", id)
	}
	return nil
}

// deals is what a shell runs to complete an argument that names a deal.
const deals = "dealstate completion deals 2>/dev/null"

// commandWords are what may be typed behind a command.
type commandWords struct {
	name, help string
	args       []string // where these are the words of a list
	deals      bool     // an argument names a deal
	flags      []flagWords
}

// flagWords are a flag, and what may be typed behind it.
type flagWords struct {
	name, help string
	values     []string // nil: anything
	takes      bool     // a value
}

// completionOf reads the words from the grammar.
func completionOf(m *kong.Application) (all []commandWords) {
	for _, node := range m.Children {
		c := commandWords{name: node.Name, help: node.Help}
		for _, arg := range node.Positional {
			c.args = append(c.args, enumOf(arg)...)
			c.deals = c.deals || arg.Name == "deal"
		}
		for _, group := range node.AllFlags(true) {
			for _, f := range group {
				c.flags = append(c.flags, flagWords{name: f.Name, help: f.Help, values: enumOf(f.Value), takes: !f.IsBool()})
			}
		}
		all = append(all, c)
	}
	return all
}

// enumOf are the values of a flag or argument, where these are the words of a list.
func enumOf(v *kong.Value) (words []string) {
	if v.Enum != "" {
		return strings.Split(v.Enum, ",")
	}
	switch v.Name {
	case "kind":
		for _, k := range dealstate.Kinds() {
			words = append(words, k.String())
		}
	case "role":
		for r := dealstate.Instrument; r.String() != ""; r++ {
			words = append(words, r.String())
		}
	case "modality":
		for m := dealstate.Asserted; m.String() != ""; m++ {
			words = append(words, m.String())
		}
	}
	return words
}

// dashed are a command's flags as they are typed.
func (c commandWords) dashed() (names []string) {
	for _, f := range c.flags {
		names = append(names, "--"+f.name)
	}
	return names
}

func namesOf(all []commandWords) (names []string) {
	for _, c := range all {
		names = append(names, c.name)
	}
	return names
}

// bash completes the command first, then its flags, the values of those that have a list,
// and else files.
func bash(all []commandWords) string {
	var b strings.Builder
	b.WriteString("# bash completion for dealstate\n_dealstate() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= words= i\n")
	fmt.Fprintf(&b, "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n\t\tcase ${COMP_WORDS[i]} in\n\t\t%s) command=${COMP_WORDS[i]}; break ;;\n\t\tesac\n\tdone\n", strings.Join(namesOf(all), "|"))
	b.WriteString("\tcase $command:$prev in\n")
	for _, c := range all {
		for _, f := range c.flags {
			if f.values != nil {
				fmt.Fprintf(&b, "\t%s:--%s) words=%q ;;\n", c.name, f.name, strings.Join(f.values, " "))
			}
		}
	}
	fmt.Fprintf(&b, "\t:*) words=%q ;;\n", strings.Join(namesOf(all), " ")+" --help --version --folder --json")
	for _, c := range all {
		fmt.Fprintf(&b, "\t%s:*) words=%q", c.name, strings.Join(append(c.args, c.dashed()...), " "))
		if c.deals {
			fmt.Fprintf(&b, "; [[ $cur = -* ]] || words+=\" $(%s)\"", deals)
		}
		b.WriteString(" ;;\n")
	}
	b.WriteString("\tesac\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o default -F _dealstate dealstate\n")
	return b.String()
}

// zsh has the same by its emulation of bash, with a word on each command.
func zsh(all []commandWords) string {
	var b strings.Builder
	b.WriteString("#compdef dealstate\n_dealstate() {\n\tlocal -a commands flags\n\tcommands=(\n")
	for _, c := range all {
		fmt.Fprintf(&b, "\t\t%s\n", quoted(c.name+":"+c.help))
	}
	b.WriteString("\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe command commands\n\t\treturn\n\tfi\n\tcase $words[2] in\n")
	for _, c := range all {
		fmt.Fprintf(&b, "\t%s)\n\t\tflags=(\n", c.name)
		for _, f := range c.flags {
			fmt.Fprintf(&b, "\t\t\t%s\n", quoted(zshFlag(f)))
		}
		rest := quoted("*:file:_files")
		switch {
		case c.args != nil && c.deals:
			rest = `"*:what:(` + strings.Join(c.args, " ") + " $(" + deals + `))"`
		case c.args != nil:
			rest = quoted("*:what:(" + strings.Join(c.args, " ") + ")")
		case c.deals:
			rest = `"*:deal:($(` + deals + `))"`
		}
		fmt.Fprintf(&b, "\t\t\t%s\n\t\t) ;;\n", rest)
	}
	b.WriteString("\tesac\n\tshift words\n\t(( CURRENT-- ))\n\t_arguments $flags\n}\n" +
		"if [ \"$funcstack[1]\" = _dealstate ]; then _dealstate \"$@\"; else compdef _dealstate dealstate; fi\n") // as a file of fpath, or sourced
	return b.String()
}

func zshFlag(f flagWords) string {
	text := "--" + f.name + "[" + strings.NewReplacer("[", "(", "]", ")", ":", "").Replace(f.help) + "]"
	switch {
	case f.values != nil:
		return text + ":" + f.name + ":(" + strings.Join(f.values, " ") + ")"
	case f.takes:
		return text + ":" + f.name + ":_files"
	}
	return text
}

// fish has a line for each word.
func fish(all []commandWords) string {
	var b strings.Builder
	b.WriteString("# fish completion for dealstate\n")
	for _, c := range all {
		fmt.Fprintf(&b, "complete -c dealstate -n __fish_use_subcommand -f -a %s -d %s\n", c.name, quoted(c.help))
	}
	for _, c := range all {
		if c.args != nil {
			fmt.Fprintf(&b, "complete -c dealstate -n '__fish_seen_subcommand_from %s' -f -a %s\n", c.name, quoted(strings.Join(c.args, " ")))
		}
		if c.deals {
			fmt.Fprintf(&b, "complete -c dealstate -n '__fish_seen_subcommand_from %s' -f -a '(%s)'\n", c.name, deals)
		}
		for _, f := range c.flags {
			line := fmt.Sprintf("complete -c dealstate -n '__fish_seen_subcommand_from %s' -l %s -d %s", c.name, f.name, quoted(f.help))
			switch {
			case f.values != nil:
				line += " -x -a " + quoted(strings.Join(f.values, " "))
			case f.takes:
				line += " -r"
			}
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// quoted writes a word for any of the shells.
func quoted(text string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(text, `\`, ""), "'", "’") + "'"
}
