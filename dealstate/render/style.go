package render

import (
	"slices"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate"
)

// pictureStyle dresses every picture. The hues are those of Okabe and Ito
// ("Color Universal Design", 2008), which people with the usual colour-vision
// deficiencies tell apart; and nothing is said by hue alone. Paper is always
// light in print. Colours are written out and the dark ones given last, for most
// viewers but browsers know neither variables nor media.
const pictureStyle = `.ds{font-family:"Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif}
svg.ds{max-width:100%;height:auto}
svg.ds text{fill:#1b1d21;font-size:12px}
svg.ds .paper{fill:#fff} svg.ds .band{fill:#f3f4f6}
svg.ds text.h{font-size:15px;font-weight:700} svg.ds text.b{font-weight:700} svg.ds text.s{font-size:11px;fill:#565b63} svg.ds text.sb{font-size:11px;font-weight:700}
svg.ds text.h,svg.ds text.s,svg.ds text.sb{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}
svg.ds text.mid{text-anchor:middle} svg.ds text.end{text-anchor:end} svg.ds text.fade{fill:#8a8f98} svg.ds text.onpath{fill:#0072b2;font-size:11px;font-weight:700}
svg.ds text.dark{fill:#111} svg.ds text.light{fill:#fff} svg.ds text.t{font-size:11px}
svg.ds line,svg.ds path{fill:none;stroke:#565b63;stroke-width:1}
svg.ds .grid{stroke:#d4d7dc} svg.ds .axis{stroke:#565b63} svg.ds .lead{stroke:#8a8f98} svg.ds .due{stroke:#1b1d21;stroke-dasharray:5 3} svg.ds .fired{stroke:#1b1d21;stroke-dasharray:1 2;stroke-width:1.5}
svg.ds .asof{stroke:#1b1d21} svg.ds .lineage{stroke:#565b63;stroke-dasharray:2 3;stroke-width:1.5} svg.ds .idle{stroke:#8a8f98;stroke-dasharray:2 3}
svg.ds .head{fill:#565b63;stroke:none} svg.ds .head.onpath{fill:#0072b2} svg.ds .head.fade{fill:#d4d7dc}
svg.ds .wire{stroke:#565b63;stroke-width:1.2} svg.ds .wire.fade{stroke:#d4d7dc} svg.ds .wire.onpath{stroke:#0072b2;stroke-width:3}
svg.ds .dot{fill:#565b63} svg.ds .dot.fade{fill:#d4d7dc} svg.ds .dot.onpath{fill:#0072b2} svg.ds .start{fill:#1b1d21}
svg.ds .box{fill:#fff;stroke:#565b63;stroke-width:1.2} svg.ds .box.inner{fill:none} svg.ds .box.been{stroke:#0072b2;stroke-width:2.5} svg.ds .box.fade{stroke:#d4d7dc;stroke-dasharray:4 3} svg.ds .halo{fill:none;stroke:#0072b2;stroke-width:3}
svg.ds .mark{fill:#1b1d21;stroke:#fff;stroke-width:1} svg.ds .mark.noted{fill:#fff;stroke:#1b1d21;stroke-width:1.5} svg.ds .mark.cross{fill:none;stroke:#d55e00;stroke-width:2.5} svg.ds .mark.strike{fill:none;stroke:#1b1d21;stroke-width:1.5} svg.ds .mark.pile{fill:#fff;stroke:#1b1d21;stroke-width:1.2}
svg.ds .hue{stroke:#565b63;stroke-width:.6}
svg.ds .grey{fill:#d9d9d9} svg.ds .steel{fill:#a6a6a6} svg.ds .slate{fill:#808080} svg.ds .black{fill:#2b2b2b} svg.ds .yellow{fill:#f0e442} svg.ds .orange{fill:#e69f00} svg.ds .purple{fill:#cc79a7} svg.ds .sky{fill:#56b4e9} svg.ds .green{fill:#009e73} svg.ds .vermilion{fill:#d55e00} svg.ds .hue.mint{fill:#9fdac8;stroke:#009e73;stroke-width:1.6;stroke-dasharray:4 2} svg.ds .blue{fill:#0072b2} svg.ds .hue.hollow{fill:none;stroke:#009e73;stroke-width:1.2;stroke-dasharray:3 2}
svg.ds .strip{fill:none;stroke-width:1.5} svg.ds .strip.signed{stroke:#999999} svg.ds .strip.provisional{stroke:#009e73;stroke-dasharray:4 2} svg.ds .strip.leaving{stroke:#d55e00;stroke-dasharray:7 3} svg.ds .strip.suspended{stroke:#0072b2;stroke-dasharray:2 2} svg.ds .deadline{stroke:#d55e00;stroke-width:2}
svg.ds .area{stroke:none;fill-opacity:.28} svg.ds .curve{fill:none;stroke-width:2.2} svg.ds .c0{stroke:#0072b2} svg.ds .c1{stroke:#d55e00;stroke-dasharray:7 3} svg.ds .c2{stroke:#009e73;stroke-dasharray:2 2} svg.ds .c3{stroke:#cc79a7;stroke-dasharray:9 3 2 3} svg.ds .c4{stroke:#e69f00;stroke-dasharray:12 3} svg.ds .c5{stroke:#56b4e9;stroke-dasharray:4 4}
svg.ds .a0{fill:#0072b2} svg.ds .a1{fill:#d55e00} svg.ds .a2{fill:#009e73} svg.ds .a3{fill:#cc79a7} svg.ds .a4{fill:#e69f00} svg.ds .a5{fill:#56b4e9}
@media screen and (prefers-color-scheme:dark){
svg.ds text,svg.ds .start,svg.ds .mark{fill:#eceef1}
svg.ds .due,svg.ds .fired,svg.ds .asof,svg.ds .mark.noted,svg.ds .mark.strike,svg.ds .mark.pile{stroke:#eceef1}
svg.ds text.s,svg.ds .head,svg.ds .dot{fill:#b4bac4}
svg.ds line,svg.ds path,svg.ds .axis,svg.ds .lineage,svg.ds .wire,svg.ds .box,svg.ds .hue{stroke:#b4bac4}
svg.ds .head.fade,svg.ds .dot.fade{fill:#3d424b}
svg.ds .grid,svg.ds .wire.fade,svg.ds .box.fade{stroke:#3d424b}
svg.ds .paper,svg.ds .box,svg.ds .mark.noted,svg.ds .mark.pile{fill:#15171b}
svg.ds text.h,svg.ds text.s,svg.ds text.sb,svg.ds .mark{stroke:#15171b}
svg.ds .band{fill:#1f2228}
svg.ds text.fade{fill:#858c98}
svg.ds .lead,svg.ds .idle{stroke:#858c98}
svg.ds text.onpath,svg.ds .head.onpath,svg.ds .dot.onpath{fill:#56b4e9}
svg.ds .wire.onpath,svg.ds .box.been,svg.ds .halo{stroke:#56b4e9}
svg.ds .strip.suspended{stroke:#56b4e9}
svg.ds .c0{stroke:#56b4e9} svg.ds .a0{fill:#56b4e9} svg.ds .c5{stroke:#0072b2} svg.ds .a5{fill:#0072b2}}`

// hue is a colour, as the name of its class in the style sheet.
type hue string

// standardHues are the hues of the standard lifecycles' states.
var standardHues = map[dealstate.State]hue{
	dealstate.StateNegotiated: "grey", dealstate.StateAwaitingApprovals: "yellow", dealstate.StateApproved: "sky",
	dealstate.StateProvisional: "mint", dealstate.StateImplemented: "green", dealstate.StateRejected: "vermilion", dealstate.StateLapsed: "slate",
	dealstate.StateSuspended: "blue", dealstate.StateExpired: "steel", dealstate.StateTerminated: "black",
}

// otherHues are for other states, in the order in which the lifecycle lists them. The
// first two go to the states of a two-party deal that are named after an approver.
var otherHues = []hue{"orange", "purple", "sky", "yellow", "blue", "vermilion", "green", "steel"}

// hues gives each state of a lifecycle its hue.
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

// on is the class of a text that is drawn on the hue.
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
