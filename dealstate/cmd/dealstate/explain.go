package main

import "fmt"

// explainCmd says where a deal stands, and why.
type explainCmd struct {
	Deal string `arg:"" optional:"" help:"Its id, or the name of its file. Default: the only deal of the folder."`
	viewFlags
}

func (explainCmd) Help() string {
	return `Example, of where a deal stood as far as it was known on a day:

    dealstate explain truce --known-by 2025-06-26 --policy official

With --json it is the snapshot as FORMATS.md has it, in which the same is data, under "snapshot", and the text under "explanation".`
}

func (c *explainCmd) Run(a *app) error {
	d, view, err := a.dealIn(c.Deal, c.viewFlags)
	if err != nil {
		return err
	}
	s, decisions := d.Replay(view)
	text := s.Explain(decisions...)
	if a.json {
		return a.object(struct {
			Snapshot    any    `json:"snapshot"`
			Explanation string `json:"explanation"`
		}{s, text})
	}
	_, err = fmt.Fprint(a.out, text) // which is inert
	return err
}
