package render

import (
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// pictureStyle dresses every picture. The hues are those of Okabe and Ito
// ("Color Universal Design", 2008), which people with the usual colour-vision
// deficiencies tell apart; and nothing is said by hue alone. Paper is always
// light in print.
const pictureStyle = `.ds{--ink:#1b1d21;--soft:#565b63;--rule:#d4d7dc;--paper:#fff;--band:#f3f4f6;--faint:#8a8f98;--path:#0072b2;font-family:"Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif}
@media screen and (prefers-color-scheme:dark){.ds{--ink:#eceef1;--soft:#b4bac4;--rule:#3d424b;--paper:#15171b;--band:#1f2228;--faint:#858c98;--path:#56b4e9}}
svg.ds{max-width:100%;height:auto}
svg.ds text{fill:var(--ink);font-size:12px}
svg.ds .paper{fill:var(--paper)} svg.ds .band{fill:var(--band)}
svg.ds text.h{font-size:15px;font-weight:700} svg.ds text.b{font-weight:700} svg.ds text.s{font-size:11px;fill:var(--soft)} svg.ds text.sb{font-size:11px;font-weight:700}
svg.ds text.h,svg.ds text.s,svg.ds text.sb{paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
svg.ds text.mid{text-anchor:middle} svg.ds text.end{text-anchor:end} svg.ds text.fade{fill:var(--faint)} svg.ds text.onpath{fill:var(--path);font-size:11px;font-weight:700}
svg.ds text.dark{fill:#111} svg.ds text.light{fill:#fff} svg.ds text.t{font-size:11px}
svg.ds line,svg.ds path{fill:none;stroke:var(--soft);stroke-width:1}
svg.ds .grid{stroke:var(--rule)} svg.ds .axis{stroke:var(--soft)} svg.ds .lead{stroke:var(--faint)} svg.ds .due{stroke:var(--ink);stroke-dasharray:5 3} svg.ds .fired{stroke:var(--ink);stroke-dasharray:1 2;stroke-width:1.5}
svg.ds .asof{stroke:var(--ink)} svg.ds .lineage{stroke:var(--soft);stroke-dasharray:2 3;stroke-width:1.5} svg.ds .idle{stroke:var(--faint);stroke-dasharray:2 3}
svg.ds .head{fill:var(--soft);stroke:none} svg.ds .head.onpath{fill:var(--path)} svg.ds .head.fade{fill:var(--rule)}
svg.ds .wire{stroke:var(--soft);stroke-width:1.2} svg.ds .wire.fade{stroke:var(--rule)} svg.ds .wire.onpath{stroke:var(--path);stroke-width:3}
svg.ds .dot{fill:var(--soft)} svg.ds .dot.fade{fill:var(--rule)} svg.ds .dot.onpath{fill:var(--path)} svg.ds .start{fill:var(--ink)}
svg.ds .box{fill:var(--paper);stroke:var(--soft);stroke-width:1.2} svg.ds .box.inner{fill:none} svg.ds .box.been{stroke:var(--path);stroke-width:2.5} svg.ds .box.fade{stroke:var(--rule);stroke-dasharray:4 3} svg.ds .halo{fill:none;stroke:var(--path);stroke-width:3}
svg.ds .mark{fill:var(--ink);stroke:var(--paper);stroke-width:1} svg.ds .mark.noted{fill:var(--paper);stroke:var(--ink);stroke-width:1.5} svg.ds .mark.cross{fill:none;stroke:#d55e00;stroke-width:2.5} svg.ds .mark.strike{fill:none;stroke:var(--ink);stroke-width:1.5} svg.ds .mark.pile{fill:var(--paper);stroke:var(--ink);stroke-width:1.2}
svg.ds .hue{stroke:var(--soft);stroke-width:.6}
svg.ds .grey{fill:#d9d9d9} svg.ds .steel{fill:#a6a6a6} svg.ds .slate{fill:#808080} svg.ds .black{fill:#2b2b2b} svg.ds .yellow{fill:#f0e442} svg.ds .orange{fill:#e69f00} svg.ds .purple{fill:#cc79a7} svg.ds .sky{fill:#56b4e9} svg.ds .green{fill:#009e73} svg.ds .vermilion{fill:#d55e00} svg.ds .blue{fill:#0072b2} svg.ds .hollow{fill:none;stroke:#009e73;stroke-width:1.2;stroke-dasharray:3 2}
svg.ds .area{stroke:none;fill-opacity:.28} svg.ds .curve{fill:none;stroke-width:2.2} svg.ds .c0{stroke:#0072b2} svg.ds .c1{stroke:#d55e00;stroke-dasharray:7 3} svg.ds .c2{stroke:#009e73;stroke-dasharray:2 2} svg.ds .c3{stroke:#cc79a7;stroke-dasharray:9 3 2 3} svg.ds .c4{stroke:#e69f00;stroke-dasharray:12 3} svg.ds .c5{stroke:#56b4e9;stroke-dasharray:4 4}
svg.ds .a0{fill:#0072b2} svg.ds .a1{fill:#d55e00} svg.ds .a2{fill:#009e73} svg.ds .a3{fill:#cc79a7} svg.ds .a4{fill:#e69f00} svg.ds .a5{fill:#56b4e9}
@media screen and (prefers-color-scheme:dark){svg.ds .c0{stroke:#56b4e9} svg.ds .a0{fill:#56b4e9} svg.ds .c5{stroke:#0072b2} svg.ds .a5{fill:#0072b2}}`

// hue is a class of the style sheet.
type hue string

// standardHues are the hues of the standard lifecycles' states.
var standardHues = map[dealstate.State]hue{
	dealstate.StateNegotiated: "grey", dealstate.StateAwaitingApprovals: "yellow", dealstate.StateApproved: "sky",
	dealstate.StateImplemented: "green", dealstate.StateRejected: "vermilion", dealstate.StateLapsed: "slate",
	dealstate.StateSuspended: "blue", dealstate.StateExpired: "steel", dealstate.StateTerminated: "black",
}

// otherHues go to other states, in the order in which the lifecycle lists them.
// The first two fall to the states of a two-party deal that name an approver.
var otherHues = []hue{"orange", "purple", "sky", "yellow", "blue", "vermilion", "green", "steel"}

type hues map[dealstate.State]hue

// huesOf gives every state its hue.
func huesOf(l dealstate.Lifecycle) hues {
	h, others := hues{}, 0
	for _, s := range l.States {
		h[s] = standardHues[s]
		if h[s] == "" {
			h[s] = otherHues[others%len(otherHues)]
			others++
		}
	}
	return h
}

// on is the class of text that stands on the hue.
func (h hue) on() string {
	if slices.Contains([]hue{"black", "blue"}, h) {
		return "light"
	}
	return "dark"
}

// classes joins class names, leaving out empty ones.
func classes(names ...string) string {
	return strings.Join(slices.DeleteFunc(names, func(s string) bool { return s == "" }), " ")
}
