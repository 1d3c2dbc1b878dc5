import {JSDOM} from 'jsdom'; import fs from 'fs';
const d=new JSDOM('<body></body>'); globalThis.window=d.window; globalThis.document=d.window.document; Object.defineProperty(globalThis,'navigator',{value:d.window.navigator,configurable:true});
const m=(await import('mermaid')).default;
for (const f of process.argv.slice(2)) { try { console.log(f, JSON.stringify(await m.parse(fs.readFileSync(f,'utf8')))) } catch(e) { console.log(f,'FAIL',e.message); process.exitCode=1 } }
