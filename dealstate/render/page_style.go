package render

import (
	"crypto/sha256"
	"encoding/base64"
)

// StyleSheet dresses a page that holds pictures made with InPage.
const StyleSheet = pictureStyle + pageStyle

const pageStyle = `
.ds{--ink:#1b1d21;--soft:#565b63;--rule:#d4d7dc;--paper:#fff;--band:#f3f4f6;--faint:#8a8f98;--path:#0072b2}
@media screen and (prefers-color-scheme:dark){.ds{--ink:#eceef1;--soft:#b4bac4;--rule:#3d424b;--paper:#15171b;--band:#1f2228;--faint:#858c98;--path:#56b4e9}}
body.ds{margin:0 auto;max-width:1080px;padding:16px;background:var(--paper);color:var(--ink);font-size:15px;line-height:1.45;overflow-wrap:anywhere}
.ds h1{font-size:1.6rem;line-height:1.2;margin:.1em 0 .4em}.ds h2{font-size:1.15rem;margin:1.8em 0 .5em;border-bottom:1px solid var(--rule);padding-bottom:.2em}.ds h3{font-size:1rem;margin:1em 0 .4em}
.ds a{color:var(--path)}.ds .kicker,.ds .soft{color:var(--soft);font-size:.87em}.ds .kicker{margin:0}.ds .state{font-size:1.2rem;margin:.3em 0}.ds .lead{margin:.4em 0 1em;max-width:70ch}
.ds .chip{display:inline-block;padding:.05em .55em;border-radius:.4em;border:1px solid var(--soft);color:#111;font-weight:700;white-space:nowrap;-webkit-print-color-adjust:exact;print-color-adjust:exact}
.ds .chip.grey{background:#d9d9d9}.ds .chip.steel{background:#a6a6a6}.ds .chip.slate{background:#808080}.ds .chip.black{background:#2b2b2b;color:#fff}.ds .chip.yellow{background:#f0e442}.ds .chip.orange{background:#e69f00}.ds .chip.purple{background:#cc79a7}.ds .chip.sky{background:#56b4e9}.ds .chip.green{background:#009e73}.ds .chip.vermilion{background:#d55e00}.ds .chip.mint{background:#9fdac8;border:1px dashed #009e73}.ds .chip.blue{background:#0072b2;color:#fff}
.ds .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:10px;margin:0}.ds .facts div{background:var(--band);border-radius:6px;padding:8px 12px}.ds dt{color:var(--soft);font-size:.85em}.ds dd{margin:0;font-weight:600}
.ds .warn{border-left:4px solid #d55e00;padding:.4em .6em .4em 2em;background:var(--band)}
.ds table{border-collapse:collapse;width:100%;font-size:.93em}.ds th,.ds td{text-align:left;vertical-align:top;padding:6px 10px 6px 0;border-bottom:1px solid var(--rule)}.ds thead th{color:var(--soft);font-weight:600;font-size:.87em}.ds thead th,.ds td[data-l=Standing]{overflow-wrap:normal}.ds td ul,.ds .card ul{margin:0;padding:0;list-style:none}.ds .evidence th[scope]{min-width:92px;font-weight:600}.ds .evidence td{min-width:90px}
.ds .side{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:10px}.ds .card{border:1px solid var(--rule);border-radius:6px;padding:8px 12px}.ds .card p{margin:.15em 0}.ds .when{font-weight:700}
.ds .note{color:var(--soft);font-size:.93em;margin-top:.2em}.ds .long{max-height:16em;overflow:auto;border:1px solid var(--rule);padding:6px;margin-top:4px}.ds summary{cursor:pointer}
.ds .pic{margin:.5em 0}.ds .narrow{display:none}.ds .scroll{overflow-x:auto}.ds .scroll svg{max-width:none}
@media screen and (max-width:700px){body.ds{padding:10px}.ds .wide{display:none}.ds .narrow{display:block}.ds table.cards thead{display:none}.ds table.cards,.ds table.cards tbody,.ds table.cards tr,.ds table.cards th,.ds table.cards td{display:block;min-width:0}.ds table.cards tr{border-bottom:1px solid var(--rule);padding:8px 0}.ds table.cards th,.ds table.cards td{border:0;padding:2px 0}.ds table.cards td::before{content:attr(data-l) ": ";color:var(--soft)}.ds table.cards td ul,.ds table.cards td details{margin-left:1em}}
@media print{body.ds{max-width:none;font-size:11pt}.ds .scroll svg{max-width:100%}.ds tr,.ds .card{break-inside:avoid}}
`

// policyOfPage is the page's Content-Security-Policy: nothing is fetched and
// nothing runs; the one style sheet is let in by its hash.
func policyOfPage() string {
	sum := sha256.Sum256([]byte(StyleSheet))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}
