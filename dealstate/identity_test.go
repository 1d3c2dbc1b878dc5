package dealstate_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// Law 12: nobody is taken for somebody else.

// identities are approvers in ten scripts, with an alias, another writing of the
// name, and who is somebody else, or not named as anybody would know.
var identities = []struct {
	approver, alias, same string
	others                []string
}{
	{"President Trump", "Donald J. Trump", "PRESIDENT  TRUMP", []string{"Melania Trump", "Trump's lawyer", "Trump", "President", "the President", "D. J. Trump", "Donald Trump", "President Trump Jr.", "President-Trump", "Trump, President"}},
	{"von der Leyen", "Ursula von der Leyen", "VON DER LEYEN", []string{"Manfred von Hagen", "von der", "Leyen", "der Leyen", "U. von der Leyen"}},
	{"Council of the EU", "Council of the European Union", "council of the eu", []string{"Council of Europe", "European Council", "the Council", "EU"}},
	{"José Raúl Mulino", "Mulino", "JOSÉ RAÚL MULINO", []string{"Jose Raul Mulino", "José", "José R. Mulino"}},
	{"Володимир Зеленський", "Зеленський", "ВОЛОДИМИР ЗЕЛЕНСЬКИЙ", []string{"Олена Зеленська", "Володимир"}},
	{"Κυριάκος Μητσοτάκης", "Μητσοτάκης", "ΚΥΡΙΆΚΟΣ ΜΗΤΣΟΤΆΚΗΣ", []string{"Κωνσταντίνος Μητσοτάκης", "Κυριάκος"}},
	{"Նիկոլ Փաշինյան", "Փաշինյան", "ՆԻԿՈԼ ՓԱՇԻՆՅԱՆ", []string{"Նիկոլ"}},
	{"नरेंद्र मोदी", "मोदी", "नरेंद्र\u00a0मोदी", []string{"राहुल गांधी", "नरेद्र मोदी", "नरेंद्र"}},
	{"ประยุทธ์ จันทร์โอชา", "ประยุทธ์", "ประยุทธ์  จันทร์โอชา", []string{"ประยทธ จันทรโอชา", "จันทร์โอชา"}},
	{"習近平", "习近平", " 習近平 ", []string{"習仲勲", "近平", "習"}},
	{"岸田 文雄", "岸田文雄", "岸田　文雄", []string{"岸田", "文雄"}},
	{"عبد الفتاح السيسي", "السيسي", "عبد  الفتاح السيسي", []string{"عبد الفتاح البرهان", "عبد الفتاح"}},
	{"בנימין נתניהו", "נתניהו", "בנימין  נתניהו", []string{"שרה נתניהו", "בנימין"}},
	{"ஸ்டாலின்", "மு.க.ஸ்டாலின்", " ஸ்டாலின்", []string{"ஸடாலின", "உதயநிதி ஸ்டாலின்"}},
}

// speaking is the machine of a deal with that approver, and another party's.
func speaking(t *testing.T, approver string, aliases ...string) *dealstate.Machine {
	t.Helper()
	m, err := dealstate.Compile(dealstate.Agreement{ID: "d", Parties: []dealstate.Party{{ID: "us", Approver: approver, Aliases: aliases}, {ID: "other", Approver: "Somebody Else"}}})
	require.NoError(t, err)
	return m
}

func spoken(t *testing.T, party, by string) dealstate.Event {
	t.Helper()
	return dealstate.Event{ID: "e", Deal: "d", Kind: dealstate.Implement, Party: party, By: by, Role: dealstate.Approver, At: date(t, "06-01")}
}

func TestLaw12WholeNamesAndAliasesAreTheApprover(t *testing.T) {
	t.Parallel()
	for _, form := range []norm.Form{norm.NFC, norm.NFD} {
		for _, who := range identities {
			m := speaking(t, form.String(who.approver), form.String(who.alias))
			for _, by := range []string{who.approver, who.alias, who.same, norm.NFC.String(who.approver), norm.NFD.String(who.approver), norm.NFD.String(who.same)} {
				require.NoError(t, m.Admit(spoken(t, "us", by)), "%q for %q", by, who.approver)
				require.NoError(t, m.Admit(spoken(t, "", by)), "%q for all", by)
				fieldErr(t, m.Admit(spoken(t, "other", by)), "by")
			}
		}
	}
}

func TestLaw12NobodyIsTakenForSomebodyElse(t *testing.T) {
	t.Parallel()
	for i, who := range identities {
		m := speaking(t, who.approver, who.alias)
		others := append([]string{"", " ", "\u3000"}, who.others...)
		for j, o := range identities {
			if i != j {
				others = append(others, o.approver, o.alias)
			}
		}
		for _, by := range others {
			for _, form := range []norm.Form{norm.NFC, norm.NFD} {
				for _, party := range []string{"us", ""} {
					fieldErr(t, m.Admit(spoken(t, party, form.String(by))), "by")
				}
			}
		}
	}
}

func TestANearMissIsToldWhatWouldBeRight(t *testing.T) {
	t.Parallel()
	m := speaking(t, "President Trump")
	require.EqualError(t, m.Admit(spoken(t, "us", "Trump")), `by: "Trump" is not the approver of us: want "President Trump" or another of its whole names; `+
		`if this is one, list it in parties[0].aliases; for another speaker the role is government, negotiator or counterparty`)
	require.EqualError(t, m.Admit(spoken(t, "", "Trump and Else")), `by: "Trump and Else" is the approver of no party: want the whole name of one; `+
		`if this is one, list it in that party's aliases; for another speaker the role is government, negotiator or press`)
}

func TestAPartyThatNamesNoApproverTakesAnyNameButNone(t *testing.T) {
	t.Parallel()
	m, err := dealstate.Compile(dealstate.Agreement{ID: "d", Parties: []dealstate.Party{{ID: "us", Approver: "Trump"}, {ID: "fiji"}}})
	require.NoError(t, err)
	for _, party := range []string{"fiji", ""} {
		require.NoError(t, m.Admit(spoken(t, party, "whoever")))
		fieldErr(t, m.Admit(spoken(t, party, "")), "by")
	}
}

func TestANameThatTwoPartiesShareIsAnError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		b     dealstate.Party
		field string
	}{
		"an approver of another case":  {dealstate.Party{ID: "b", Approver: "josé  ROE"}, "parties[1].approver"},
		"an approver in another form":  {dealstate.Party{ID: "b", Approver: norm.NFD.String("José Roe")}, "parties[1].approver"},
		"an approver that is an alias": {dealstate.Party{ID: "b", Approver: "the minister"}, "parties[1].approver"},
		"an alias that is an approver": {dealstate.Party{ID: "b", Approver: "Doe", Aliases: []string{"D.", "JOSÉ ROE"}}, "parties[1].aliases[1]"},
		"an alias that is an alias":    {dealstate.Party{ID: "b", Approver: "Doe", Aliases: []string{"The  Minister"}}, "parties[1].aliases[0]"},
		"an alias of nobody":           {dealstate.Party{ID: "b", Aliases: []string{"Doe"}}, "parties[1].aliases"},
		"an alias that nobody sees":    {dealstate.Party{ID: "b", Approver: "Doe", Aliases: []string{"\u200b\u2060"}}, "parties[1].aliases[0]"},
		"a blank alias":                {dealstate.Party{ID: "b", Approver: "Doe", Aliases: []string{" "}}, "parties[1].aliases[0]"},
		"a blank approver":             {dealstate.Party{ID: "b", Approver: "  "}, "parties[1].approver"},
		"too many aliases":             {dealstate.Party{ID: "b", Approver: "Doe", Aliases: make([]string, 33)}, "parties[1].aliases"},
	} {
		a := dealstate.Agreement{ID: "d", Parties: []dealstate.Party{{ID: "a", Approver: "José Roe", Aliases: []string{"The Minister", "jOSÉ ROE"}}, c.b}}
		fieldErr(t, a.Validate(), c.field)
		_, err := dealstate.Compile(a)
		require.Error(t, err, name)
	}
}

// State names are made of approvers.
func TestStateNamesKeepLettersWithTheirMarks(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]dealstate.State{
		"ประยุทธ์": "awaiting_ประยุทธ์_approval", "नरेंद्र मोदी": "awaiting_नरेंद्र_मोदी_approval", "Xi": "awaiting_xi_approval",
		norm.NFD.String("José"): "awaiting_josé_approval", "President Xi": "awaiting_president_xi_approval", "!": "awaiting_p_approval",
	} {
		require.Equal(t, want, dealstate.AwaitingState(dealstate.Party{ID: "p", Approver: name}))
	}
}

// An approver names states, so the name is short; an alias only has to match what "by"
// may hold, and full titles in scripts of three bytes a letter are long.
func TestAnAliasMayBeAsLongAsASpeakersName(t *testing.T) {
	t.Parallel()
	title := "พระบาทสมเด็จพระปรเมนทรรามาธิบดีศรีสินทรมหาวชิราลงกรณ พระวชิรเกล้าเจ้าอยู่หัว"
	require.Greater(t, len(title), 128)
	m := speaking(t, "Rama X", title, strings.Repeat("x", 16<<10))
	for _, by := range []string{title, strings.Repeat("X", 16<<10)} {
		require.NoError(t, m.Admit(dealstate.Event{ID: "e", Deal: "d", Kind: dealstate.Approve, Party: "us", By: by, Role: dealstate.Approver, At: date(t, "2025-06-01T00:00:00Z")}))
	}
	_, err := dealstate.Compile(dealstate.Agreement{ID: "d", Parties: []dealstate.Party{{ID: "us", Approver: "A", Aliases: []string{strings.Repeat("x", 16<<10+1)}}, {ID: "b"}}})
	require.ErrorContains(t, err, "parties[0].aliases[0]: 16385 bytes long; want at most 16384")
}

func TestAliasesComeBackFromJSON(t *testing.T) {
	t.Parallel()
	same[dealstate.Agreement](t, `{"id":"d","parties":[{"id":"us","approver":"Trump","aliases":["Donald Trump","President Trump"]}]}`)
}
