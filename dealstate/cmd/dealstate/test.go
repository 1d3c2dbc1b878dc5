package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// testCmd runs scenarios.
type testCmd struct {
	Files  []string `arg:"" name:"file" help:"Files of scenarios."`
	Update bool     `help:"Rewrite the expectations that fail to the actual results; review the difference."`
}

func (testCmd) Help() string {
	return `Example:

    dealstate test truce.scenario

A scenario is a story, one act a line, with the expected results under each act:

    scenario Xi approves first
    deal truce
    2025-06-20 approve china by xi
      state awaiting_trump_approval

Its deal is one of the folder, or one of the US-China deals of 2025 (london), or "agreement FILE.json" beside it. The exit code is 1
if an expectation fails. With --json, each line is a scenario.`
}

func (c *testCmd) Run(a *app) error {
	f, err := a.read()
	if err != nil {
		return err
	}
	failed, all := 0, 0
	for _, path := range c.Files {
		n, of, err := c.file(a, f, path)
		if err != nil {
			return err
		}
		failed, all = failed+n, all+of
	}
	if !a.json {
		a.say("%d of %d scenarios go as told", all-failed, all)
	}
	if failed > 0 && !c.Update {
		return errNo
	}
	return nil
}

// file runs the scenarios of one file, and counts those that do not go as told.
func (c *testCmd) file(a *app, f *folder, path string) (failed, all int, err error) {
	source, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, 0, misusef("%v", err)
	}
	if err != nil {
		return 0, 0, err
	}
	file, err := scenario.Parse(path, bytes.NewReader(source))
	if err != nil {
		return 0, 0, err
	}
	if len(file.Scenarios) == 0 {
		return 0, 0, &badInput{fmt.Errorf("%s holds no scenario", path)}
	}
	var failures []scenario.Failure
	for _, s := range file.Scenarios {
		r, err := c.scenario(f, path, s)
		if err != nil {
			return 0, 0, err
		}
		if all++; !r.OK() {
			failed++
		}
		failures = append(failures, r.Failures...)
		if err := tell(a, path, r); err != nil {
			return 0, 0, err
		}
	}
	if c.Update && len(failures) > 0 {
		text := scenario.Rewrite(string(source), failures)
		err = os.WriteFile(path, []byte(text), 0o644)
	}
	return failed, all, err
}

func (c *testCmd) scenario(f *folder, path string, s scenario.Scenario) (scenario.Result, error) {
	agreement, err := agreementOf(f, filepath.Dir(path), s.Agreement)
	if err != nil {
		return scenario.Result{}, &badInput{fmt.Errorf("%s:%d:%d: %w", path, s.Agreement.Line, s.Agreement.Column, err)}
	}
	r, err := scenario.Run(s, agreement)
	var syntax *scenario.SyntaxError
	if errors.As(err, &syntax) {
		at := *syntax
		at.File = path
		return r, &at
	}
	return r, err
}

// agreementOf finds the agreement that a scenario names.
func agreementOf(f *folder, dir string, ref scenario.Ref) (dealstate.Agreement, error) {
	if ref.File != "" {
		m, err := dealstate.OpenMachine(os.Open, filepath.Join(dir, filepath.FromSlash(ref.File)))
		if err != nil {
			return dealstate.Agreement{}, err
		}
		return m.Agreement(), nil
	}
	d, err := f.find(ref.Deal)
	if err == nil {
		return d.machine.Agreement(), nil
	}
	for _, a := range uschina.Agreements() {
		if a.ID == ref.Deal || hasWord(a.ID, ref.Deal) {
			return a, nil
		}
	}
	return dealstate.Agreement{}, err
}

// tell says whether a scenario goes as told, and else where it does not.
func tell(a *app, path string, r scenario.Result) error {
	if a.json {
		failures := []map[string]any{}
		for _, f := range r.Failures {
			failures = append(failures, map[string]any{"line": f.Line, "want": f.Want.String(), "got": f.Got.String(), "message": f.Message})
		}
		return a.object(map[string]any{"file": path, "scenario": r.Scenario.Name, "ok": r.OK(), "failures": failures})
	}
	if r.OK() {
		a.say("ok    %s: %s", path, r.Scenario.Name)
		return nil
	}
	a.say("FAIL  %s: %s", path, r.Scenario.Name)
	for _, f := range r.Failures {
		a.say("%s:%d: the scenario does not go as told", path, f.Line)
		if _, err := fmt.Fprintf(a.out, "\n%s\n", f.Message); err != nil { // which is inert
			return err
		}
	}
	return nil
}
