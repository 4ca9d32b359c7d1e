import { examplesFor } from "./examples.ts";
import { faults, type Fault, type FaultName } from "./faults.ts";
import { headers, type HeaderName } from "./headers.ts";
import type { Described } from "./operations/described.ts";
import { operations } from "./operations/operations.ts";
import { parameters } from "./parameters.ts";
import { schemas } from "./schemas.ts";

const reference = (kind: string, name: string | number): { $ref: string } => ({ $ref: `#/components/${kind}/${name}` });

const headersNamed = (names: readonly HeaderName[]) =>
  Object.fromEntries(
    (["request-id", "client-request-id", ...names] as const).map((name) => [name, reference("headers", name)]),
  );

/** What holds for every operation. */
const introduction = [
  "One notification for a user, on every device they are signed in on: a self-hosted successor to Microsoft Graph's user notifications.",
  "Member names and enumerated values are matched without case, unknown members of a notification are ignored, and null equals absence. Any object of a notification may have an `@odata.type`, if it names the type expected there.",
  "Any other method is answered 405 with `Allow`, any other path 404, both with the body of every fault.",
].join("\n\n");

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
    ...(described.description && { description: described.description }),
    tags: [described.tag],
    ...(described.needsToken === false && { security: [] }),
    parameters: [...(described.parameters ?? []), "clientRequestId"].map((name) => reference("parameters", name)),
    ...(described.body && { requestBody: { required: true, content: contentOf(described.body) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(described.answers).map(([status, { says, content, headers: more = [] }]) => [
          status,
          { description: says, headers: headersNamed(more), ...(content && { content: contentOf(content) }) },
        ]),
      ),
      ...Object.fromEntries(described.faults.map((name) => [statusOf(name), reference("responses", name)])),
    },
  });

  const responses = Object.entries<Fault>(faults).map(([name, { code, says, headers: more = [] }]) => [
    name,
    {
      description: `${code}. ${says}`,
      headers: headersNamed(more),
      content: {
        "application/json": {
          schema: reference("schemas", "Error"),
          ...(name === "400" && { example: examples.error }),
        },
      },
    },
  ]);

  return {
    openapi: "3.1.0",
    info: {
      title: "Fanfare",
      version: "1",
      description: introduction,
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

/** `409-too-many` is a 409. */
const statusOf = (name: FaultName): string => name.slice(0, 3);

/** `patch-me-notifications-id`: stable, and unlike any other. */
const operationIdOf = (path: string, method: string): string =>
  method + path.replace(/[^a-z]+(?=[a-z])/gi, "-").replace(/[^a-z-]/gi, "");
