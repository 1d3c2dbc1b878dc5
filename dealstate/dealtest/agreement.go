package dealtest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
	"github.com/fe115bb3/dealtracker/dealstate/scenario"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// Resolve finds the agreement that a scenario names: one of the caller's own by
// its id, one of package uschina by its id or a word that only its id has
// (london), or a JSON file, whose path is relative to dir.
func Resolve(ref scenario.Ref, dir string, own ...dealstate.Agreement) (dealstate.Agreement, error) {
	if ref.File == "" {
		return knownAgreement(ref.Deal, own)
	}
	path := filepath.FromSlash(ref.File)
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	m, err := dealstate.OpenMachine(os.Open, path)
	if err != nil {
		return dealstate.Agreement{}, err
	}
	return m.Agreement(), nil
}

func knownAgreement(name string, own []dealstate.Agreement) (dealstate.Agreement, error) {
	var found []dealstate.Agreement
	var ids []string
	for _, a := range own {
		if a.ID == name {
			return a, nil
		}
		ids = append(ids, a.ID)
	}
	for _, a := range uschina.Agreements() {
		ids = append(ids, shortName(a.ID))
		if a.ID == name || slices.Contains(strings.Split(a.ID, "-"), name) {
			found = append(found, a)
		}
	}
	if len(found) != 1 {
		return dealstate.Agreement{}, fmt.Errorf("no deal is called %q; want %s; or a line such as: agreement treaty.json%s", name, display.Inert(strings.Join(ids, ", ")), nearest.Hint(name, ids))
	}
	return found[0], nil
}

// shortName leaves out what all the ids have in common.
func shortName(id string) string {
	return strings.TrimSuffix(strings.TrimPrefix(id, "us-china-"), "-2025")
}
