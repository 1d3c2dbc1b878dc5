package analytics_test

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/analytics"
)

// Whatever the text, every format can be read back, and no cell starts a formula.
func FuzzTextFromOutside(f *testing.F) {
	for _, text := range []string{"", "=1+1", "-5", "a,\"b\"\r\n", "<&]]>", "\x00\xff", "習", "'=x", " "} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := csv.NewReader(strings.NewReader(writeCSV(t, cells{text, "x"}))).ReadAll()
		require.NoError(t, err)
		cell := rows[1][0]
		back := strings.ReplaceAll(strings.ToValidUTF8(text, "\ufffd"), "\r\n", "\n")
		require.Equal(t, back, undo(cell))
		if first, _ := utf8.DecodeRuneInString(cell); strings.ContainsRune("=+-@\t\r\n", first) && cell != "" {
			require.Regexp(t, `^-[0-9]+(\.[0-9]+)?$`, cell)
		}
		c := analytics.Case{Deal: "d", Agreement: dealstate.Agreement{Title: text, Parties: []dealstate.Party{{ID: "us", Name: text}}},
			Decisions: []dealstate.Decision{{Deal: "d", Event: "e", Kind: dealstate.Note, Party: "us", Outcome: dealstate.Noted, At: at("2025-06-10T00:00:00Z"), From: "a", To: dealstate.State(text)}},
			Events:    []dealstate.Event{{ID: "e", By: text, Note: text}}}
		var x, o bytes.Buffer
		require.NoError(t, analytics.WriteXES(&x, slices.Values([]analytics.Case{c})))
		require.NoError(t, analytics.WriteOCEL(&o, slices.Values([]analytics.Case{c})))
		require.Len(t, xesLog(t, x.Bytes()).all("trace")[0].all("event"), 1)
		require.Len(t, readOCEL(t, o.Bytes()).Events, 1)
	})
}
