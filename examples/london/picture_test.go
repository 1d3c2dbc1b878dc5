package main

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/render"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
	"github.com/fe115bb3/dealtracker/examples/internal/deals"
)

var update = flag.Bool("update", false, "draw the committed pictures anew")

// The README shows these files.
func TestCommittedPicturesAreWhatTheCodeDraws(t *testing.T) {
	deal, err := uschina.Open(uschina.London(), dealstate.Strict)
	require.NoError(t, err)
	replay := render.ReplayOf(deal, dealstate.View{Policy: dealstate.Strict})
	for name, write := range map[string]func(io.Writer) error{
		"timeline.svg": render.Timeline{Replays: replays(deal, dealstate.View{})}.SVG,
		"diagram.svg":  replay.Diagram().SVG,
		"balance.svg":  render.ReplayOf(deal, dealstate.View{Policy: dealstate.Official}).Balance().SVG,
	} {
		var drawn bytes.Buffer
		require.NoError(t, write(&drawn))
		if *update {
			require.NoError(t, os.WriteFile(name, drawn.Bytes(), 0o644))
		}
		committed, err := os.ReadFile(name)
		require.NoError(t, err)
		require.True(t, bytes.Equal(committed, drawn.Bytes()), "%s differs; run go test ./examples/london -update and look at it", name)
	}
}

func TestPicturesAreWrittenWhereAsked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	svg, html, balance := filepath.Join(dir, "a.svg"), filepath.Join(dir, "a.html"), filepath.Join(dir, "b.svg")
	require.Contains(t, output(t, "-svg", svg, "-html", html, "-balance", balance, "-mermaid"), "stateDiagram-v2")
	for path, head := range map[string]string{svg: "<svg", html: "<!doctype html>", balance: "<svg"} {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, bytes.HasPrefix(bytes.ToLower(text), []byte(head)), path)
	}
	var stdout, stderr bytes.Buffer
	require.Equal(t, 1, run([]string{"-svg", filepath.Join(dir, "no", "a.svg")}, &stdout, &stderr))
	require.Contains(t, stderr.String(), "no such file or directory")
}

func TestTheBoardHasEveryDealSideBySideAndAPageOfEach(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	board := filepath.Join(dir, "index.html")
	output(t, "-board", board, "-policy", "official")
	page, err := os.ReadFile(board)
	require.NoError(t, err)
	for _, d := range deals.All() {
		require.Contains(t, string(page), `href="`+d.Name+`.html"`)
		own, err := os.ReadFile(filepath.Join(dir, d.Name+".html"))
		require.NoError(t, err)
		require.Contains(t, string(own), d.Agreement.ID)
	}
	require.Contains(t, string(page), "8 deals; 4 implemented; 1 expired; 1 awaiting xi approval; 1 awaiting modi approval; 1 provisional.")
	var stdout, stderr bytes.Buffer
	require.Equal(t, 1, run([]string{"-board", filepath.Join(dir, "no", "index.html")}, &stdout, &stderr))
}
