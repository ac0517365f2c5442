/** Box, outline and text of each state: light first, then dark. Every text has a contrast of 4.5 or more to its box. */
const STATE_COLOURS = {
  pending: ["#cfe6f5 #4d86ad #10263a", "#234862 #6fa8cf #e4f1fa"],
  in_progress: ["#b4efb4 #3a8f45 #0c2b11", "#8fe08f #d7f7d7 #0c2b11"],
  complete: ["#1f7a37 #125224 #ffffff", "#1b6b30 #59b872 #ffffff"],
  error: ["#c02a20 #7f1710 #ffffff", "#b3261e #f08a82 #ffffff"],
  cancelled: ["#646b76 #42474f #ffffff", "#545b66 #9aa2ad #ffffff"],
  resolved_manually: ["#e5c3e5 #915a91 #2f1430", "#6b466b #c99bc9 #ffffff"],
  other: ["#f1f2f4 #767d88 #1b1f24", "#2b3138 #8a929d #eceff2"],
} as const;

const STATE_PROPERTIES = ["--box", "--rim", "--ink"] as const;

function stateRules(scheme: 0 | 1): string {
  return Object.entries(STATE_COLOURS)
    .map(([state, schemes]) => {
      const colours = schemes[scheme].split(" ");
      return `.state-${state}{${STATE_PROPERTIES.map((name, index) => `${name}:${colours[index]}`).join(";")}}`;
    })
    .join("\n");
}

/** Style sheet of the page: light or dark as the reader's system is, light on paper. */
export const STYLE_SHEET = `
:root{color-scheme:light dark;--page:#ffffff;--text:#1b1f24;--soft:#59616d;--line:#d5d9df;--edge:#6d7683}
${stateRules(0)}
@media screen and (prefers-color-scheme:dark){
:root{--page:#14181d;--text:#e7eaee;--soft:#a3abb6;--line:#39414b;--edge:#98a1ad}
${stateRules(1)}
}
*{box-sizing:border-box}
body{margin:0;padding:1.5rem;background:var(--page);color:var(--text);font:15px/1.5 system-ui,"Segoe UI","DejaVu Sans",sans-serif}
h1{margin:0 0 .6rem;font-size:1.5rem;line-height:1.25;overflow-wrap:anywhere}
h2{margin:1.8rem 0 .5rem;font-size:1.1rem}
.facts{display:flex;flex-wrap:wrap;gap:.2rem 1.8rem}
.facts p{margin:0;overflow-wrap:anywhere}
.facts strong{color:var(--soft);font-weight:500}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;margin:.8rem 0 0;padding:0;list-style:none;font-size:.87rem}
.swatch{display:inline-block;width:.85em;height:.85em;margin-right:.4em;border:1px solid var(--rim);border-radius:3px;background:var(--box);vertical-align:-.08em}
.tasker-diagram{margin-top:1rem;border:1px solid var(--line);border-radius:8px;overflow:auto;max-height:85vh}
.tasker-diagram:focus-visible{outline:2px solid #3b82f6;outline-offset:2px}
.tasker-diagram p{margin:1rem}
svg{display:block;min-width:var(--least);max-width:100%;height:auto;margin:0 auto;font-family:system-ui,"Segoe UI","DejaVu Sans",sans-serif}
.node rect{fill:var(--box);stroke:var(--rim);stroke-width:1.2}
.node text{fill:var(--ink);text-anchor:middle}
.heading{font-size:14px;font-weight:600}
.line{font-size:12px}
a:hover .node rect,a:focus-visible .node rect{stroke-width:3}
.edge{fill:none;stroke:var(--edge);stroke-width:1.3}
.dashed{stroke-dasharray:7 4}
.dotted{stroke-dasharray:2 4}
.thick{stroke-width:3}
.head{fill:var(--edge)}
.label{font-size:11px;text-anchor:middle;fill:var(--text);stroke:var(--page);stroke-width:4px;paint-order:stroke}
.rows{overflow-x:auto}
table{border-collapse:collapse;font-size:.9rem}
th,td{padding:.3rem 1.4rem .3rem 0;border-bottom:1px solid var(--line);text-align:start;vertical-align:top;overflow-wrap:break-word;max-width:34rem;white-space:pre-line}
thead th{white-space:nowrap;color:var(--soft);font-weight:500}
tbody th{font-weight:600;white-space:pre;max-width:none}
table a{color:inherit}
details{margin-top:1.8rem}
summary{cursor:pointer}
pre{overflow:auto;padding:.8rem;border:1px solid var(--line);border-radius:8px;font-size:.8rem;line-height:1.4}
@media print{
@page{margin:12mm}
body{padding:0}
.tasker-diagram{border:0;overflow:visible;max-height:none}
svg{min-width:0;max-height:170mm}
.node,.swatch{-webkit-print-color-adjust:exact;print-color-adjust:exact}
tr{break-inside:avoid}
details{display:none}
}
`.trim();
