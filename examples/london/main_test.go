package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func output(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	require.Zero(t, run(args, &stdout, &stderr), stderr.String())
	return stdout.String()
}

func TestLastLineIsTheState(t *testing.T) {
	t.Parallel()
	for args, state := range map[string]string{
		"-asof 2025-06-12 -known 2025-06-12 -policy strict":   "awaiting_approvals",
		"-asof 2025-06-12 -known 2025-06-12 -policy official": "awaiting_approvals",
		"-asof 2025-06-12 -known 2025-06-12 -policy reported": "awaiting_approvals",
		"-asof 2025-06-28 -known 2025-06-28":                  "awaiting_xi_approval",
		"-asof 2025-06-28 -known 2025-06-28 -policy official": "approved",
		"-asof 2025-06-28 -known 2025-06-28 -policy reported": "approved",
		"-asof 2025-07-05 -known 2025-07-05":                  "awaiting_xi_approval",
		"-asof 2025-07-05 -known 2025-07-05 -policy official": "approved",
		"-asof 2025-07-29 -known 2025-07-29 -policy official": "implemented",
		"-asof 2025-06-25 -known 2025-06-28 -policy reported": "approved",
		"-asof 2025-06-25 -known 2025-06-25 -policy reported": "awaiting_approvals",
		"-asof 2025-06-01": "negotiated",
		"-deal us-china-busan-2025 -asof 2025-11-10T05:00:59Z": "approved",
		"-deal us-china-busan-2025 -asof 2025-11-10T05:01:00Z": "implemented",
		"-deal busan -asof 2026-11-10T05:01:00Z":               "expired",
		"-deal madrid -asof 2025-09-20 -policy reported":       "awaiting_trump_approval",
		"-deal madrid":                                              "awaiting_xi_approval",
		"-deal madrid -policy official":                             "awaiting_xi_approval",
		"-deal madrid -policy reported":                             "implemented",
		"-deal geneva -asof 2025-08-12T04:01:00Z -known 2025-08-11": "expired",
		"-deal geneva -asof 2025-08-12T04:01:00Z -known 2025-08-12": "implemented",
		"-deal turnberry -asof 2026-01-21":                          "awaiting_approvals",
		"-deal turnberry -asof 2026-01-21 -policy reported":         "implemented",
		"-deal us-eu-turnberry-2025":                                "implemented",
		"-deal india -policy official":                              "awaiting_modi_approval",
		"-deal india -policy reported":                              "approved",
		"-deal mercosur":                                            "provisional",
		"":                                                          "awaiting_xi_approval",
		"-deal london":                                              "awaiting_xi_approval",
	} {
		out := output(t, strings.Fields(args)...)
		require.True(t, strings.HasSuffix(out, "\nstate: "+state+"\n"), "%s:\n%s", args, out)
	}
}

func TestWithoutFlagsThreePoliciesStandSideBySide(t *testing.T) {
	t.Parallel()
	out := output(t)
	for _, want := range []string{
		"S· O✓ R·  27 Jun 2025  approve china    MOFCOM spokesperson, government                        → approved (official)\n",
		"nothing new: us-engine-licences is performed already (london-engines-0703-press, 3 July 2025) (reported)\n",
		"26 Jun 2025  awaiting_xi_approval  awaiting_xi_approval  approved\n",
		"29 Jul 2025  awaiting_xi_approval  implemented           implemented\n",
		"Xi's approval     no; nearest: MOFCOM spokesperson, government  yes: MOFCOM spokesperson, 27 Jun  yes: Lutnick, 24 Jun\n",
	} {
		require.Contains(t, out, want)
	}
}

func TestWrongFlagsExitWithTwoAndSayWhatIsRight(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"-deal paris":       `"paris" is unknown; want one of geneva, london, stockholm, madrid, busan, turnberry, india, mercosur`,
		"-asof yesterday":   `"yesterday" is neither a date nor an instant`,
		"-known 2025-02-30": `"2025-02-30" is neither a date nor an instant`,
		"-policy rumour":    `"rumour" is unknown; want one of strict, official, reported`,
		"london":            `"london" is not a flag`,
		"-colour":           "flag provided but not defined",
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, 2, run(strings.Fields(args), &stdout, &stderr), args)
		require.Contains(t, stderr.String(), want)
		require.Empty(t, stdout.String())
	}
}
