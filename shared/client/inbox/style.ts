/**
 * How the inbox looks. An app's own look: `--fanfare-surface`, `--fanfare-text`, `--fanfare-muted`, `--fanfare-line`, `--fanfare-accent`
 * (text and marks on the surface), `--fanfare-tint` (behind what is unread), `--fanfare-notice`, `--fanfare-notice-text`,
 * `--fanfare-font`, `--fanfare-radius`. Light and dark follow `color-scheme`.
 */
export const inboxStyle = `
:host {
  --surface: var(--fanfare-surface, light-dark(#ffffff, #17191d));
  --text: var(--fanfare-text, light-dark(#1b1e23, #e9ebee));
  --muted: var(--fanfare-muted, light-dark(#575e68, #a5acb6));
  --line: var(--fanfare-line, light-dark(#e2e5e9, #2d3138));
  --accent: var(--fanfare-accent, light-dark(#1d5bbf, #8db6ff));
  --tint: var(--fanfare-tint, light-dark(#f3f7fe, #1c2432));
  --notice: var(--fanfare-notice, light-dark(#fdf4e3, #2d2617));
  --notice-text: var(--fanfare-notice-text, light-dark(#573a00, #f2d9a8));
  --radius: var(--fanfare-radius, 12px);
  color-scheme: light dark;
  display: block;
  container-type: inline-size;
  background: var(--surface);
  color: var(--text);
  font: 400 0.9375rem / 1.45 var(--fanfare-font, system-ui, sans-serif);
  border: 1px solid var(--line);
  border-radius: var(--radius);
}
:host([hidden]) { display: none }
* { box-sizing: border-box }
p, ul, h2 { margin: 0; padding: 0 }
ul { list-style: none }
svg { display: block; width: 1.25em; height: 1.25em; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }

header { display: flex; flex-wrap: wrap; align-items: center; gap: 10px 12px; padding: 16px 18px 12px; border-block-end: 1px solid var(--line) }
.titles { flex: 1; display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 10px }
h2 { font-size: 1.125rem; line-height: 1.3; font-weight: 650 }
.count { color: var(--muted); font-size: 0.875rem; font-variant-numeric: tabular-nums }
.filters { flex: 1 0 100%; display: flex; gap: 4px }

button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: start }
button[data-control] { font-size: 0.875rem; font-weight: 550; line-height: 1.25; padding: 7px 12px; border-radius: 8px; border: 1px solid var(--line) }
button[data-control]:hover { border-color: var(--muted) }
button[aria-disabled] { color: var(--muted); border-color: transparent; cursor: default }
.filters button { border-color: transparent; color: var(--muted) }
.filters button[aria-pressed="true"] { color: var(--accent); background: var(--tint); border-color: color-mix(in srgb, var(--accent) 35%, transparent) }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
h2:focus-visible { outline-offset: 4px; border-radius: 2px }

li { position: relative; display: grid; grid-template: auto / 10px minmax(0, 1fr) auto; column-gap: 12px; padding-block: 13px; padding-inline: 18px 10px; border-block-end: 1px solid var(--line); content-visibility: auto; contain-intrinsic-size: auto 86px }
li:last-child { border-block-end: 0; border-end-start-radius: var(--radius); border-end-end-radius: var(--radius) }
li[data-unread] { background: var(--tint) }
.mark { color: var(--accent); visibility: hidden; padding-block-start: 0.42em }
.mark svg { width: 9px; height: 9px; fill: currentColor }
li[data-unread] .mark { visibility: visible }
.content { display: grid; gap: 2px; justify-items: start }
.opener { max-width: 100% }
.open { display: block; max-width: 100%; color: inherit; text-decoration: none; overflow-wrap: anywhere }
.open:hover .headline { text-decoration: underline; text-underline-offset: 0.18em }
.open svg { display: inline-block; width: 0.95em; height: 0.95em; margin-inline-start: 0.3em; vertical-align: -0.1em; color: var(--muted) }
li[data-unread] .headline { font-weight: 650 }
.headline, .details { white-space: pre-line; overflow-wrap: anywhere; unicode-bidi: isolate }
li:not([data-whole]) .headline, li:not([data-whole]) .details { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden }
.open:has(svg) { display: flex; align-items: baseline }
.open:has(svg) svg { flex: none; align-self: center }
.headline, .details, .meta { text-align: start }
.details { color: var(--muted) }
.quiet { color: var(--accent); font-size: 0.8125rem; padding-block: 2px; text-decoration: underline; text-underline-offset: 0.18em }
img { display: block; max-width: 100%; max-height: 180px; border-radius: 8px; margin-block: 6px }
.meta { display: flex; flex-wrap: wrap; color: var(--muted); font-size: 0.8125rem; overflow-wrap: anywhere }
.meta > * { min-width: 0 }
.meta > :not(:last-child)::after { content: "\\00b7" / ""; margin-inline: 0.5em; font-weight: 400; color: var(--muted) }
.meta strong { font-weight: 650; color: var(--notice-text) }
.actions { display: flex; align-items: start; margin-block: -4px }
.action { display: grid; place-items: center; inline-size: 36px; block-size: 36px; border-radius: 8px; color: var(--muted) }
.action:hover { color: var(--text); background: color-mix(in srgb, var(--muted) 16%, transparent) }
.action .dot { fill: currentColor }

.notice { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 14px; padding: 10px 18px; background: var(--notice); color: var(--notice-text); border-block-end: 1px solid var(--line) }
.notice span { flex: 1 1 14em }
.notice button[data-control] { border-color: currentColor }
.empty { padding: 44px 24px; text-align: center; color: var(--muted); text-wrap: balance }
.body > button { margin: 12px 18px }
.undo { position: sticky; inset-block-end: 12px; display: flex; align-items: center; gap: 14px; margin: 12px; padding: 8px 8px 8px 16px; border-radius: 10px; background: var(--text); color: var(--surface); box-shadow: 0 4px 18px rgb(0 0 0 / 0.22) }
.undo span { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.undo button[data-control] { border-color: currentColor }
.undo :focus-visible { outline-color: currentColor }
.skeleton div { display: grid; gap: 9px; padding: 17px 40px; border-block-end: 1px solid var(--line) }
.skeleton div:last-child { border-block-end: 0 }
.skeleton span { block-size: 11px; inline-size: 72%; border-radius: 6px; background: var(--line) }
.skeleton span:first-child { inline-size: 38% }

@container (max-width: 440px) {
  header, .notice { padding-inline: 14px }
  li { grid-template-columns: 10px minmax(0, 1fr); column-gap: 10px; padding: 12px 14px 6px }
  .actions { grid-column: 2; margin: 2px 0 0; margin-inline-start: -8px; gap: 6px }
}
@media (pointer: coarse) {
  .action { inline-size: 44px; block-size: 44px }
  button[data-control] { min-block-size: 44px }
}
@media (prefers-reduced-motion: no-preference) {
  .undo { animation: rise 0.16s ease-out }
  .skeleton span { animation: breathe 1.6s ease-in-out infinite alternate }
  @keyframes rise { from { transform: translateY(8px); opacity: 0 } }
  @keyframes breathe { to { opacity: 0.45 } }
}
@media (forced-colors: active) {
  .mark { forced-color-adjust: none; color: Highlight }
  .filters button[aria-pressed="true"] { border-color: Highlight; color: Highlight }
  .undo { border: 1px solid }
}
`;
