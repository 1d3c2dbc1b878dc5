package dealtest

import (
	"fmt"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/internal/nearest"
)

// unknownCodes says which of the texts look like the word of a reason's code, but
// are none. Every text of a reason has blanks in it.
func unknownCodes(texts []string) []string {
	var out []string
	for _, text := range texts {
		var code dealstate.ReasonCode
		if isWord(text) && code.UnmarshalText([]byte(text)) != nil {
			out = append(out, fmt.Sprintf("No reason has the code %q%s", text, endOr(nearest.Hint(text, reasonCodes()))))
		}
	}
	return out
}

func isWord(text string) bool {
	return text != "" && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == ""
}

// reasonCodes lists the words of all reasons.
func reasonCodes() []string {
	var words []string
	for c := dealstate.ReasonCode(1); c.String() != ""; c++ {
		words = append(words, c.String())
	}
	return words
}

// endOr ends a sentence with a question, or else with a full stop.
func endOr(question string) string {
	if question == "" {
		return "."
	}
	return question
}
