package benchguard

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

const head = `# The committed ratios: how many times as long as its reference each headline
# operation takes. Written by
#
#	go test -count=1 -v ./dealstate/internal/benchguard -update
`

// readRatios reads committed ratios, a name and a ratio a line. Lines that begin
// with # are comments.
func readRatios(r io.Reader) (map[string]float64, error) {
	ratios := map[string]float64{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		var name string
		var ratio float64
		if _, err := fmt.Sscanf(line, "%s %g", &name, &ratio); err != nil || !(ratio > 0) {
			return nil, fmt.Errorf("line %d: %q; want a name and a ratio above 0", n, line)
		}
		if _, twice := ratios[name]; twice {
			return nil, fmt.Errorf("line %d: %q is there twice", n, name)
		}
		ratios[name] = ratio
	}
	return ratios, lines.Err()
}

// writeRatios writes measured ratios as readRatios reads them, in the order of the
// results.
func writeRatios(w io.Writer, results []result) error {
	var text strings.Builder
	text.WriteString(head)
	for _, r := range results {
		fmt.Fprintf(&text, "%-24s %.3g\n", r.Name, r.Ratio)
	}
	_, err := io.WriteString(w, text.String())
	return err
}
