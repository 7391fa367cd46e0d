/** The report's style sheet. Colours stay apart in light and dark, and for eyes that do not tell red from green. */
export const style = `
:root {
  --paper: #fcfbf9; --card: #ffffff; --ink: #1d1c1a; --muted: #66625c; --line: #e4e0d9;
  --before: #8f8a82; --after: #2f5fd0; --gain: #0f6b54; --loss: #a53d13; --open: #7b766e;
  --gain-soft: #dff1ea; --loss-soft: #fae6dc; --open-soft: #eeece8;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #161618; --card: #1e1f22; --ink: #ecebe8; --muted: #a5a29c; --line: #34353a;
    --before: #8d8b88; --after: #84a9ff; --gain: #5fd0a9; --loss: #ff9a68; --open: #a5a29c;
    --gain-soft: #163a30; --loss-soft: #472415; --open-soft: #2c2d31;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%;
}
main, footer { max-width: 60rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2.5rem); }
main { padding-top: clamp(1.5rem, 5vw, 3.5rem); }
.overline { margin: 0; color: var(--muted); font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; }
h1 { margin: .2rem 0 1.5rem; font-size: clamp(1.5rem, 5vw, 2.25rem); line-height: 1.2; font-weight: 650; overflow-wrap: anywhere; }
h1 small { color: var(--muted); font-size: .55em; font-weight: 400; }
h2 { margin: 0 0 .75rem; font-size: 1.15rem; font-weight: 600; overflow-wrap: anywhere; }
article > h2 { padding-top: 1.5rem; border-top: 1px solid var(--line); color: var(--muted); font-weight: 500; }
h3 { margin: 0; font-size: 1.05rem; font-weight: 600; }
a { color: var(--after); }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin-bottom: 1rem; }
article { margin-bottom: 3.5rem; }
.muted, figcaption p, section > p { color: var(--muted); }
figcaption p, section > p { margin: .15rem 0 1rem; font-size: .92rem; }
.headline { margin: 0 0 1.5rem; font-size: clamp(1.2rem, 3.4vw, 1.6rem); line-height: 1.35; }
.headline small { display: block; margin-top: .25rem; color: var(--muted); font-size: .95rem; }
figure, section { margin: 0 0 1.5rem; }
figure, section:not(.queries), .queries > div {
  min-width: 0; padding: clamp(1rem, 3vw, 1.5rem); background: var(--card);
  border: 1px solid var(--line); border-radius: 12px;
}
.side-by-side, .queries { display: grid; gap: 0 1.5rem; }
.queries { row-gap: 1.5rem; }
@media (min-width: 52rem) { .side-by-side, .queries { grid-template-columns: 1fr 1fr; } }
.side-by-side > :only-child { grid-column: 1 / -1; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1rem; margin: 0 0 1.5rem; }
section .tiles { margin-bottom: 0; grid-template-columns: repeat(auto-fit, minmax(5.5rem, 1fr)); }
.tiles dt { color: var(--muted); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.35rem; font-weight: 600; line-height: 1.3; }
.tiles dd.words, .tiles dd small { font-size: .95rem; font-weight: 400; }
.chip {
  display: inline-block; padding: .05em .5em; border-radius: 99px; font-size: .85em; font-weight: 600; white-space: nowrap;
}
.chip.gain { background: var(--gain-soft); color: var(--gain); }
.chip.loss { background: var(--loss-soft); color: var(--loss); }
.chip.open { background: var(--open-soft); color: var(--muted); }
.key { white-space: nowrap; }
.key::before {
  content: ""; display: inline-block; width: .7em; height: .7em; margin-right: .35em; border-radius: 50%; background: var(--after);
}
.key.before::before, .key.other::before { background: var(--before); }
.metric { display: grid; grid-template-columns: 1fr auto; gap: 0 .75rem; align-items: baseline; margin-bottom: .6rem; }
.metric svg { grid-column: 1 / -1; }
.metric .name { font-weight: 500; white-space: nowrap; }
.values { text-align: right; }
.values small { display: block; color: var(--muted); font-size: .82rem; }
@media (max-width: 30rem) {
  .values { font-size: .92rem; }
  th, td { padding-right: .5rem; }
}
@media (min-width: 40rem) {
  .metric { grid-template-columns: 7.5rem 1fr 13.5rem; align-items: center; }
  .metric svg { grid-column: 2; grid-row: 1; }
  .metric .values { grid-column: 3; grid-row: 1; }
  .metrics .scale { margin: 0 14.25rem 0 8.25rem; }
}
svg { display: block; overflow: visible; }
.grid { stroke: var(--line); }
.axis { stroke: var(--muted); }
.whisker { stroke-width: 3; stroke-linecap: round; opacity: .45; }
.whisker.before { stroke: var(--before); } .whisker.after { stroke: var(--after); }
.whisker.gain { stroke: var(--gain); } .whisker.loss { stroke: var(--loss); } .whisker.open { stroke: var(--open); }
circle.before, rect.other { fill: var(--before); }
circle.after, rect.relevant { fill: var(--after); }
.gain { fill: var(--gain); } .loss { fill: var(--loss); } .open { fill: var(--open); }
.scale { display: flex; justify-content: space-between; color: var(--muted); font-size: .8rem; }
.mirror { margin-bottom: .35rem; }
.bar { display: grid; grid-template-columns: 7.2rem 1fr 3.2rem; gap: .6rem; align-items: center; font-size: .9rem; line-height: 1.75; }
.bar .label { color: var(--muted); } .bar .total { text-align: right; }
details { margin-top: .75rem; }
summary { cursor: pointer; border-radius: 6px; }
summary:focus-visible, .scroll:focus-visible, a:focus-visible { outline: 3px solid var(--after); outline-offset: 3px; }
.numbers > summary { color: var(--muted); font-size: .9rem; width: max-content; }
.other-model > summary { margin-bottom: 1rem; font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; }
caption { text-align: left; color: var(--muted); padding: .5rem 0; }
th, td { padding: .35rem .75rem .35rem 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th:first-child { min-width: 7rem; text-align: left; font-weight: 500; white-space: normal; overflow-wrap: anywhere; }
thead th { color: var(--muted); font-weight: 500; }
.queries ul { list-style: none; margin: .5rem 0 0; padding: 0; }
.queries li { border-top: 1px solid var(--line); }
.queries li:first-child { border-top: 0; }
.query { margin: 0; padding: .65rem 0; }
.query > summary { display: block; }
.query .text { display: block; padding-left: 1.1em; font-weight: 500; overflow-wrap: anywhere; }
.query .text::before { content: "▸"; float: left; margin-left: -1.1em; color: var(--muted); }
.query[open] .text::before { content: "▾"; }
.query .moved { display: block; padding-left: 1.1em; color: var(--muted); font-size: .88rem; }
.query .moved b { color: var(--ink); }
.query dl { margin: .5rem 0 0; padding-left: 1.1em; font-size: .92rem; }
.query dt { margin-top: .6rem; color: var(--muted); font-size: .82rem; }
.query dd { margin: 0; overflow-wrap: anywhere; }
.query q { quotes: none; }
.mark { margin-right: .4em; font-size: .82rem; font-weight: 600; }
.mark.relevant { color: var(--gain); } .mark.other { color: var(--loss); }
footer { padding-bottom: 3rem; color: var(--muted); font-size: .88rem; }
footer h2 { font-size: 1rem; }
footer ul { padding-left: 1.1rem; }
footer li { margin-bottom: .4rem; }
@media print { body { background: none; } figure, section, .queries > div { break-inside: avoid; } }
`;
