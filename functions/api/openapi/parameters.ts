/** What requests carry beside their body, as OpenAPI 3.1 describes it. */
const header = (name: string, description: string, more: object = {}) =>
  ({ name, in: "header", description, schema: { type: "string" }, ...more }) as const;
const query = (name: string, description: string, schema: object = { type: "string" }, more: object = {}) =>
  ({ name, in: "query", description, schema, ...more }) as const;

export const parameters = {
  unsid: header(
    "X-UNS-ID",
    "The UNSID of a subscription. With an app-only token required: it names the user who is notified. With a user's token optional: it names the device that acts.",
  ),
  clientRequestId: header("client-request-id", "Echoed in the answer when it is at most 128 visible ASCII characters."),
  idempotencyKey: header(
    "Idempotency-Key",
    "The same key and body within 24 hours give the first answer again, and nobody rings twice; the same key with another body is answered 409.",
    { schema: { type: "string", minLength: 1, maxLength: 255 } },
  ),
  dryRun: query(
    "dryRun",
    "true: nothing is stored, sent or remembered; the answer says what would be. The name is matched without case.",
    { type: "boolean", default: false },
  ),
  prefer: header("Prefer", "`handling=dry-run` asks for the same (RFC 7240); other preferences are ignored."),
  wait: header(
    "Prefer",
    "`wait=20` asks for the answer only when there is a change, or after so many seconds (RFC 7240): whole ones, and no more than the server allows, which the answer's Preference-Applied says. Without that header in the answer nobody waited: ask again at your leisure.",
  ),
  contentEncoding: header("Content-Encoding", "The body may be compressed. Matched without case.", {
    schema: { type: "string", enum: ["gzip", "deflate", "identity"] },
  }),
  ifMatch: header("If-Match", "Only if the notification's ETag is one of these; else 412. `*` is any."),
  anyMatch: header("If-Match", "Many notifications have no ETag in common: `*`, or 412.", {
    schema: { type: "string", const: "*" },
  }),
  targetHostName: query(
    "targetHostName",
    "The app's host name. It may be left out when the calling app is a client of exactly one.",
  ),
  anyHostName: query("targetHostName", "Only the subscriptions of this one of the app's host names."),
  top: query("$top", "At most so many on a page.", { type: "integer", minimum: 1, maximum: 100, default: 20 }),
  deltaTop: query("$top", "At most so many on a page.", { type: "integer", minimum: 1, maximum: 100, default: 100 }),
  filter: query(
    "$filter",
    // No `example`: the page for people would send it along unless they cleared it.
    "Compares readState, userActionState, groupName or priority by eq and ne, joined by and, or and parentheses, such as `readState eq 'unread' and priority ne 'Low'`.",
  ),
  skiptoken: query("$skiptoken", "From an @odata.nextLink; opaque."),
  deltatoken: query("$deltatoken", "From an @odata.deltaLink; opaque. Without one the pass begins at the beginning."),
  id: {
    name: "id",
    in: "path",
    required: true,
    description: "The notification's id.",
    schema: { type: "string", format: "uuid" },
  },
  subscriptionId: {
    name: "id",
    in: "path",
    required: true,
    description: "The subscription's id, which is not its UNSID.",
    schema: { type: "string" },
  },
} as const;

export type ParameterName = keyof typeof parameters;
