package web_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// The package's document lists the addresses that there are.
func TestTheDocumentListsEveryAddress(t *testing.T) {
	t.Parallel()
	served := map[string]bool{}
	for _, m := range found(t, "web.go", `\{method: "(\w+)", path: "([^"]+)"`) {
		served[m[1]+" "+m[2]] = true
	}
	require.NotEmpty(t, served)
	delete(served, "GET /style.css")            // part of the pages
	delete(served, "POST /deals/{deal}/record") // named with the form
	for _, m := range found(t, "doc.go", `(?m)^//\t(GET|POST) +(\S+)`) {
		address := m[1] + " " + m[2]
		if m[2] == "/" {
			address += "{$}"
		}
		require.True(t, served[address], "the document has %s, and the handler has not", address)
		delete(served, address)
	}
	require.Empty(t, served, "the document leaves these out")
}

func found(t *testing.T, file, pattern string) [][]string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1)
}
