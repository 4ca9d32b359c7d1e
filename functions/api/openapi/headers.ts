/** What answers carry beside their body, as OpenAPI 3.1 describes it. */
const text = (description: string) => ({ description, schema: { type: "string" } }) as const;

export const headers = {
  "request-id": {
    description: "Names this request in the service's logs.",
    schema: { type: "string", format: "uuid" },
  },
  "client-request-id": text("The caller's own, or request-id again."),
  "Retry-After": {
    description: "In so many seconds a request passes, if nobody else comes before.",
    schema: { type: "integer", minimum: 1 },
  },
  Location: { description: "Where to read what was made.", schema: { type: "string", format: "uri" } },
  ETag: text("For If-Match, and what pushes call newETag and baseETag. Of a delta: on the last page only."),
  "Preference-Applied": {
    description:
      "What was done of what Prefer asked for: a dry run, or of a delta the seconds that were waited at most.",
    schema: { type: "string", pattern: "^(handling=dry-run|wait=\\d+)$" },
  },
  "OData-Version": { description: "Always 4.0.", schema: { type: "string", const: "4.0" } },
  "WWW-Authenticate": {
    description: "When the token is missing or not valid; not for a wrong @odata.type.",
    schema: { type: "string", const: "Bearer" },
  },
} as const;

export type HeaderName = keyof typeof headers;
