import { examplesFor } from "./examples.ts";
import { faults } from "./faults.ts";
import { operations, type Described } from "./operations.ts";
import { parameters } from "./parameters.ts";
import { schemas } from "./schemas.ts";

const reference = (kind: string, name: string | number): { $ref: string } => ({ $ref: `#/components/${kind}/${name}` });

const everyAnswer = {
  "request-id": reference("headers", "request-id"),
  "client-request-id": reference("headers", "client-request-id"),
};

const headers = {
  "request-id": {
    description: "Names this request in the service's logs.",
    schema: { type: "string", format: "uuid" },
  },
  "client-request-id": { description: "The caller's own, or request-id again.", schema: { type: "string" } },
  "Retry-After": {
    description: "In so many seconds a request passes, if nobody else comes before.",
    schema: { type: "integer", minimum: 1 },
  },
};

const texts = new Map<string, string>();

/** The document as text, printed once for each base. */
export const openApiText = (base: string): string => {
  const text = texts.get(base) ?? JSON.stringify(openApiDocument(base));
  texts.set(base, text);
  return text;
};

/** The whole API as an OpenAPI 3.1 document. Bodies come from the schemas that read them; `base` is where it is served, prefix included. */
export const openApiDocument = (base: string) => {
  const examples = examplesFor(base);
  const contentOf = ({ schema, example }: NonNullable<Described["body"]>) => ({
    "application/json": { schema: reference("schemas", schema), example: examples[example] },
  });

  const operation = (path: string, method: string, described: Described) => ({
    operationId: operationIdOf(path, method),
    summary: described.summary,
    tags: [described.tag],
    ...(described.needsToken === false && { security: [] }),
    ...(described.parameters && { parameters: described.parameters.map((name) => reference("parameters", name)) }),
    ...(described.body && { requestBody: { required: true, content: contentOf(described.body) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(described.answers).map(([status, { says, content }]) => [
          status,
          { description: says, headers: everyAnswer, ...(content && { content: contentOf(content) }) },
        ]),
      ),
      ...Object.fromEntries(described.faults.map((status) => [status, reference("responses", status)])),
    },
  });

  const responses = Object.entries(faults).map(([status, { code, says }]) => [
    status,
    {
      description: `${code}. ${says}`,
      headers: { ...everyAnswer, ...(status === "406" && { "Retry-After": reference("headers", "Retry-After") }) },
      content: {
        "application/json": {
          schema: reference("schemas", "Error"),
          ...(status === "400" && { example: examples.error }),
        },
      },
    },
  ]);

  return {
    openapi: "3.1.0",
    info: {
      title: "Fanfare",
      version: "1",
      description:
        "One notification for a user, on every device they are signed in on: a self-hosted successor to Microsoft Graph's user notifications. Member names and enumerated values are matched without case, unknown members of a notification are ignored, and null equals absence.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: base }],
    tags: ["Sending", "Feed", "Subscriptions", "About"].map((name) => ({ name })),
    security: [{ bearer: [] }],
    paths: Object.fromEntries(
      Object.entries(operations).map(([path, methods]) => [
        path,
        Object.fromEntries(
          Object.entries(methods).map(([method, described]) => [method, operation(path, method, described)]),
        ),
      ]),
    ),
    components: {
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description:
            "An app's own token sends to users by their UNSID; a user's token needs the scope Notifications.ReadWrite.CreatedByApp.",
        },
      },
      schemas,
      parameters,
      headers,
      responses: Object.fromEntries(responses) as Record<string, unknown>,
    },
  };
};

/** `patch-me-notifications-id`: stable, and unlike any other. */
const operationIdOf = (path: string, method: string): string =>
  method + path.replace(/[^a-z]+(?=[a-z])/gi, "-").replace(/[^a-z-]/gi, "");
