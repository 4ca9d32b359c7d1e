/**
 * What every page of ours is sent with: nothing runs or loads but our own files, nobody frames it or keeps a copy. A form's answer leads on
 * to the app, which browsers check as the form's target too, hence the origins.
 */
export const pageHeaders = (pageOrigins: readonly string[]): Readonly<Record<string, string>> => ({
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src data:",
    ["form-action 'self'", ...pageOrigins].join(" "),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  // Not `no-referrer`: a form's own page would then post it as from "null".
  "referrer-policy": "same-origin",
  "cache-control": "no-store",
});
