package display_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
)

func TestWidthCountsColumnsNotCharacters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"": 0, "us": 2, "中国": 4, "日本語": 6, "한국": 4, "Ａ": 2, "café": 4, "cafe\u0301": 4, "→…·█": 4,
		"\u1112\u1161\u11ab\u1100\u116e\u11a8": 4, // the same in single letters
		"नरेंद्र मोदी":                         9, // marks above and below fill none, those beside fill one
		"ประยุทธ์":                             6, "\u0301\u0301": 0, "a\u200bb\u2060c\u00add": 4, "\U000e0041": 0, "👍🏽": 2, "👩\u200d💻": 2, "🇨🇳🇺🇸": 4, "e\ufe0f": 1, "ﷺ": 1, "ｶ": 1,
	} {
		require.Equal(t, want, display.Width(text), "%+q", text)
	}
}

func TestPadFillsUpToTheColumn(t *testing.T) {
	t.Parallel()
	require.Equal(t, "中国  |", display.Pad("中国", 6)+"|")
	require.Equal(t, "us    |", display.Pad("us", 6)+"|")
	require.Equal(t, "cafe\u0301  |", display.Pad("cafe\u0301", 6)+"|")
	require.Equal(t, "中国", display.Pad("中国", 3), "what is wider stays whole")
	require.Equal(t, "us", display.Pad("us", -1))
}

func TestCutNeverSplitsWhatReadersSeeAsOneCharacter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text    string
		columns int
		want    string
	}{
		{"approved", 8, "approved"}, {"approved", 7, "approv…"}, {"approved", 1, "…"}, {"approved", 0, ""}, {"", 0, ""},
		{"中国", 4, "中国"}, {"中国", 3, "中…"}, {"中国", 2, "…"}, {"中国人", 5, "中国…"}, {"中国人", 4, "中…"},
		{"cafe\u0301s", 5, "cafe\u0301s"}, {"cafe\u0301s", 4, "caf…"}, {"cafe\u0301ss", 5, "cafe\u0301…"},
		{"한국어", 5, "한국…"}, {"🇨🇳🇺🇸🇫🇷", 5, "🇨🇳🇺🇸…"}, {"👩\u200d💻👩\u200d💻", 3, "👩\u200d💻…"}, {"one two three", 5, "one…"},
		{"क्षक्षक्ष", 5, "क्षक्ष…"},
	} {
		require.Equal(t, c.want, display.Cut(c.text, c.columns), "%+q to %d", c.text, c.columns)
	}
}

func TestCutBoundsTextThatHasNoWidth(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.Repeat("\u0301", 10_000), "e" + strings.Repeat("\u0301", 10_000), strings.Repeat("\u200b", 10_000), strings.Repeat("a\u200d", 10_000)} {
		require.LessOrEqual(t, utf8.RuneCountInString(display.Cut(text, 10)), 20*31)
	}
}

func TestInertWritesWhatActsOnAScreenAsAnEscape(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                        "",
		"plain, with\\ 'quotes\"": "plain, with\\ 'quotes\"",
		"\x1b[2J":                 `\x1b[2J`,
		"a\r\nState: implemented since yesterday": `a\r\nState: implemented since yesterday`,
		"tab\tbell\anul\x00del\x7f":               `tab\tbell\anul\x00del\x7f`,
		"c1\u009b31m\u0085":                       `c1\u009b31m\u0085`,
		"\x9b31m\xff":                             `\x9b31m\xff`,
		"\u2028\u2029":                            `\u2028\u2029`,
		"\u202eoverride\u202c\u2066\u2069\u200e\u200f\u061c": `\u202eoverride\u202c\u2066\u2069\u200e\u200f\u061c`,
		"Tr\u200bu\u200cm\u200dp\u2060\ufeff\u00ad":          `Tr\u200bu\u200cm\u200dp\u2060\ufeff\u00ad`,
		"\U000e0001\U000e0041\U000e007f":                     `\U000e0001\U000e0041\U000e007f`,
		"\u3164\u115f\u034f":                                 `\u3164\u115f\u034f`,
		"習近平 नरेंद्र मोदी José e\u0301 عهد שלום ١٢ \u0601 → 🇨🇳\ufe0f \ufffd \ue000": "習近平 नरेंद्र मोदी José e\u0301 عهد שלום ١٢ \u0601 → 🇨🇳\ufe0f \ufffd \ue000",
	} {
		require.Equal(t, want, display.Inert(text))
		require.Equal(t, want, display.Inert(want), "what is inert stays so")
	}
}

func TestEveryControlCharacterAndSeparatorIsMadeInert(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		got := display.Inert("a" + string(r) + "b")
		if unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control) || r >= 0xe0000 && r <= 0xe007f && unicode.Is(unicode.Cf, r) {
			require.Regexp(t, `^a\\([abfnrtv]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})b$`, got, "%U", r)
		}
		if unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Deprecated) {
			require.Equal(t, "a"+string(r)+"b", got, "%U", r)
		}
	}
}

func TestTableAlignsWideText(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	require.NoError(t, display.Table(&b, [][]string{{"id", "party", "state"}, {"1", "中国", "approved"}, {"2", "cafe\u0301\n", "x"}, {"3"}, {"4", "", "y"}}))
	require.Equal(t, "id  party   state\n1   中国    approved\n2   cafe\u0301\\n  x\n3\n4           y\n", b.String())
}

func FuzzDisplay(f *testing.F) {
	f.Add("a\x1b[2J\n\u202e中国 e\u0301 \xff", 7)
	f.Fuzz(func(t *testing.T, s string, n int) {
		n = min(max(n, -1), 200)
		inert := display.Inert(s)
		require.Equal(t, inert, display.Inert(inert))
		require.True(t, utf8.ValidString(inert))
		require.False(t, strings.ContainsFunc(inert, display.Active))
		require.LessOrEqual(t, display.Width(display.Cut(s, n)), max(n, 0))
		require.GreaterOrEqual(t, display.Width(display.Pad(inert, n)), n)
		sum := ""
		for rest := s; rest != ""; {
			first, wide := display.First(rest)
			require.NotEmpty(t, first)
			require.GreaterOrEqual(t, wide, 0)
			sum, rest = sum+first, rest[len(first):]
		}
		require.Equal(t, s, sum)
	})
}
