/**
 * What the page's files are sent with: it runs and loads its own origin's files alone, speaks to the service and to the identity provider,
 * and is framed by nobody. Addresses of scripts must be vouched for (Trusted Types), by the page's one policy of that name.
 */
export const pageHeaders = (issuer: string): Readonly<Record<string, string>> => ({
  ...quiet,
  "content-security-policy": policy([
    ...loads(issuer),
    "require-trusted-types-for 'script'",
    "trusted-types fanfare-inbox",
  ]),
});

/** What the service worker is sent with. It loads one script, by `importScripts`, which has no policy to vouch for it. */
export const workerHeaders = (issuer: string): Readonly<Record<string, string>> => ({
  ...quiet,
  "content-security-policy": policy(loads(issuer)),
});

/** What JSON is sent with: somebody who opens its address in a browser gets no page. */
export const jsonHeaders: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
  "content-type": "application/json; charset=utf-8",
};

const quiet = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;

const loads = (issuer: string): readonly string[] => [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  `connect-src 'self' ${issuer}`,
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

const policy = (directives: readonly string[]): string => directives.join("; ");
