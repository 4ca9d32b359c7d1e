/**
 * Where pushes may go (a subscription's endpoint comes from a stranger): exact host names, and suffixes that begin with a dot.
 * `extra` are `host:port` pairs of a developer's own push service; the configuration takes them on a laptop only.
 */
export type PushHosts = { readonly allowed: readonly string[]; readonly extra: readonly string[] };

/** Where the channels of WNS are. */
export const wnsHost = ".notify.windows.com";

/** The push services of today's browsers. */
export const knownPushHosts: readonly string[] = [
  "fcm.googleapis.com",
  "updates.push.services.mozilla.com",
  ".push.services.mozilla.com",
  wnsHost,
  ".push.apple.com",
];

/**
 * The host of the operator's canary (`shared/channels/webpush/canary.ts`), which no setting can allow to a client: whoever subscribed
 * there would be told of deliveries that went to nobody. `.invalid` is nobody's for good (RFC 6761, section 6.4).
 */
export const canaryHost = "canary.fanfare.invalid";

/**
 * Why an endpoint is refused, or undefined when it may be used: https, no credentials, port 443, a known host, plainly written.
 * The URL is parsed first and its host compared, for a pattern over the whole text could be fooled by its path. Where a push then
 * goes is checked once more, by address, at each connection: `shared/channels/egress`.
 */
export const endpointFault = (endpoint: string, { allowed, extra }: PushHosts): string | undefined => {
  const url = urlOf(endpoint);
  if (url?.protocol !== "https:") return "must be an https URL";
  const authority = authorityOf(endpoint);
  if (url.username || url.password || authority?.includes("@")) return "must not hold credentials";
  if (!isPlain(authority, url)) return "must begin with https:// and its host, plainly written";
  if (url.hostname === canaryHost) return unknownHost;
  if (extra.includes(`${url.hostname}:${url.port || "443"}`)) return undefined;
  if (url.port) return "must use port 443";
  const known = allowed.some((host) => isAt(url.hostname, host));
  return known ? undefined : unknownHost;
};

const unknownHost = "must be at a push service this server knows";

/** Not `URL.canParse`: on Node 20, once it is hot, it knows no letters beyond ASCII that fit in a byte. */
const urlOf = (text: string): URL | undefined => {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
};

/** The host, with its port and credentials, as the text itself has it (RFC 3986, section 3.2). */
const authorityOf = (endpoint: string): string | undefined => /^https:\/\/([^/?#]*)/i.exec(endpoint)?.[1];

/**
 * A URL parser forgives much (`https:/\host`, a fullwidth or escaped letter, a tab, `host:0443`), and other parsers read some of
 * that as another host. Push services write what they mean, so what it says must be what we read.
 */
const isPlain = (authority: string | undefined, { hostname, port }: URL): boolean =>
  authority !== undefined && [hostname + (port && `:${port}`), `${hostname}:443`].includes(authority.toLowerCase());

const isAt = (name: string, host: string): boolean =>
  host.startsWith(".") ? name.endsWith(host) && name.length > host.length : name === host;

/** The host of a push service's URL if all the world uses it. Any other may be somebody's own, and spans do not name it. */
export const publicPushHost = (url: string): string | undefined => {
  const hostname = urlOf(url)?.hostname ?? "";
  const known = knownPushHosts.find((host) => isAt(hostname, host));
  return known && shardIn(hostname, known);
};

/** As services name what they are made of: `db5p.notify.windows.com`, `web.push.apple.com`. */
const shard = /^[a-z\d-]{1,16}$/;

/** Below an allowed suffix a subscriber may have made a name up: of that nothing is told which is more than a shard's name can be. */
const shardIn = (hostname: string, known: string): string =>
  hostname === known || shard.test(hostname.slice(0, -known.length)) ? hostname : `*${known}`;

const ownHostLengthMax = 64;

/**
 * The host by which an operator is told that a push service is down or refuses a credential. It is no endpoint: what nobody may know of
 * one is its path, and by its host alone nobody is reached or named. Whose text it is matters, for a subscriber wrote it: one of the services
 * that all the world uses, or a host that the operator allowed; whatever else stands in it is cut. No metric has it for an attribute.
 */
export const toldPushHost = (url: string): string => {
  const host = urlOf(url)?.host ?? "";
  return publicPushHost(url) ?? (host.length <= ownHostLengthMax ? host : `*${host.slice(-ownHostLengthMax)}`);
};

/**
 * Of the allowed hosts those of WNS: a post to a Windows channel carries the app's own bearer token, which no other push service
 * may see. https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/wns-overview
 */
export const wnsHostsOf = ({ allowed, extra }: PushHosts): PushHosts => ({
  allowed: allowed.filter((host) => isAt(host.replace(/^\./, "x."), wnsHost)),
  extra,
});
