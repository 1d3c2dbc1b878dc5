package names_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/fe115bb3/dealtracker/dealstate/internal/names"
)

// one lists spellings of one name a row, in many scripts.
var one = [][]string{
	{"Xi Jinping", "XI JINPING", "xi jinping", "Xi  Jinping", " Xi\tJinping ", "Xi\u00a0Jinping", "Xi\u3000Jinping"}, // Latin; three kinds of space
	{"José Raúl Mulino", "JOSÉ RAÚL MULINO"},
	{"Žygimantas Pavilionis", "ŽYGIMANTAS PAVILIONIS"},
	{"Frank-Walter Steinmeier", "frank-walter steinmeier"},
	{"Bundesrat der Straße", "BUNDESRAT DER STRASSE"}, // ß folds to ss
	{"Nguyễn Phú Trọng", "NGUYỄN PHÚ TRỌNG"},          // two marks on one letter
	{"Κυριάκος Μητσοτάκης", "ΚΥΡΙΆΚΟΣ ΜΗΤΣΟΤΆΚΗΣ"},    // final sigma
	{"Володимир Зеленський", "ВОЛОДИМИР ЗЕЛЕНСЬКИЙ"},
	{"Նիկոլ Փաշինյան", "ՆԻԿՈԼ ՓԱՇԻՆՅԱՆ"},
	{"नरेंद्र मोदी"},
	{"ประยุทธ์ จันทร์โอชา"},
	{"習近平"}, {"岸田 文雄", "岸田　文雄"},
	{"윤석열"},
	{"عبد الفتاح السيسي"},
	{"בנימין נתניהו"},
	{"ஸ்டாலின்"},
	{"აბიი აჰმედი"},
}

func TestAllSpellingsOfANameAreOneInNFCAndNFD(t *testing.T) {
	t.Parallel()
	for _, spellings := range one {
		for _, a := range spellings {
			for _, b := range spellings {
				for _, form := range []norm.Form{norm.NFC, norm.NFD} {
					require.True(t, names.Same(form.String(a), norm.NFD.String(b)), "%q %q", a, b)
					require.True(t, names.Same(form.String(a), norm.NFC.String(b)), "%q %q", a, b)
				}
			}
		}
	}
}

// What a name shares with another, be it a family name, a title, a particle or
// all its base letters, does not make it the same.
func TestNamesThatAreNotTheSame(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"President Trump", "Trump"}, {"Trump", "Melania Trump"}, {"Trump", "Trump's lawyer"}, {"Trump", ""}, {"Trump", "Donald J. Trump"},
		{"von der Leyen", "Manfred von Hagen"}, {"Council of the EU", "Council of Europe"}, {"D. Trump", "D Trump"},
		{"नरेंद्र मोदी", "राहुल गांधी"}, {"नरेंद्र मोदी", "नरेद्र मोदी"}, // without its anusvara
		{"ประยุทธ์", "ประยทธ"}, {"José", "Jose"}, {"Xi", "Xì"}, {"Ann Marie", "Annmarie"}, {"習近平", "习近平"}, {"Trump", "Тrump"}, // Cyrillic Т
		{"عبد الفتاح السيسي", "السيسي"}, {"بنیامین", "بنيامين"},
	} {
		require.False(t, names.Same(pair[0], pair[1]), "%q %q", pair[0], pair[1])
	}
}

func TestNoTwoNamesOfTheListAreTakenForOneAnother(t *testing.T) {
	t.Parallel()
	for i, a := range one {
		for j, b := range one {
			require.Equal(t, i == j, names.Same(a[0], b[0]), "%q %q", a[0], b[0])
		}
	}
}

func TestSlugKeepsLettersWithTheirMarks(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Xi": "xi", "President Xi": "president_xi", "von der Leyen": "von_der_leyen", "  D. J. Trump ": "d_j_trump",
		"ประยุทธ์": "ประยุทธ์", "नरेंद्र मोदी": "नरेंद्र_मोदी", "José": "josé", "!?": "", "": "", "\u0301": "", "No 10": "no_10",
	} {
		require.Equal(t, want, names.Slug(name), name)
		require.Equal(t, want, names.Slug(norm.NFD.String(name)), name)
	}
}

func TestFoldIsOneFormForBothCasesOfEveryLetter(t *testing.T) {
	t.Parallel()
	for r := range unicode.MaxRune {
		folded := names.Fold(string(r))
		if names.Fold(folded) != folded {
			t.Errorf("%U: folding twice changes it", r)
		}
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			if names.Fold(string(other)) != folded {
				t.Errorf("%U and %U are one letter, and are told apart", r, other)
			}
		}
	}
}

func FuzzFoldIsOneFormForAllSpellings(f *testing.F) {
	for _, spellings := range one {
		f.Add(spellings[0])
	}
	f.Fuzz(func(t *testing.T, name string) {
		folded := names.Fold(name)
		require.Equal(t, folded, names.Fold(folded), "folding twice changes nothing")
		require.Equal(t, folded, names.Fold(norm.NFD.String(name)))
		require.Equal(t, folded, names.Fold("\t"+name+" "))
		require.Equal(t, strings.TrimSpace(folded), folded)
	})
}
