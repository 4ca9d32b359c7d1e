import { createRequire } from "node:module";
import type { Answered, AppInProcess } from "./app-in-process.ts";
import { oncePerWorker } from "./once-per-worker.ts";

type Operation = { readonly responses: Readonly<Record<string, Reference | Response>> };
type Reference = { readonly $ref: string };
type Response = {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly content?: { readonly "application/json": { readonly schema: Reference } };
};
type ApiDescription = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Response>> };
};

type Validate = ((value: unknown) => boolean) & { readonly errors?: readonly { readonly instancePath: string }[] };
type Ajv = {
  readonly addSchema: (schema: unknown, key: string, options: undefined, validateSchema: false) => Ajv;
  readonly getSchema: (reference: string) => Validate | undefined;
};

/** The validator of OpenAPI documents brings one of JSON Schema 2020-12: neither its copy nor its place in the tree is ours to name. */
const validatorsOwn = createRequire(
  new URL("../../node_modules/@seriousme/openapi-schema-validator/index.js", import.meta.url),
);
const { default: Ajv2020 } = validatorsOwn("ajv/dist/2020.js") as { default: new (options: object) => Ajv };
const { default: addFormats } = validatorsOwn("ajv-formats") as { default: (ajv: Ajv) => void };

type FaultsOf = (reference: string, value: unknown) => readonly unknown[];

/** What a JSON Schema 2020-12 validator finds wrong with a value, by the schema's reference within the document; nothing: []. */
export const schemasOf = (document: unknown): FaultsOf =>
  oncePerWorker(`schemas of ${JSON.stringify(document)}`, () => compiled(document));

const compiled = (document: unknown): FaultsOf => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema(document, "description", undefined, false);
  return (reference, value) => {
    const validate = ajv.getSchema(`description${reference}`);
    if (!validate) throw new Error(`The description has no ${reference}.`);
    return validate(value) ? [] : (validate.errors ?? []);
  };
};

/** Those that an answer has only if there is something to say. */
const told = ["location", "etag", "odata-version", "retry-after", "www-authenticate"];
/** Described as what there may be. A dry run makes nothing that could be found anywhere. */
const isMissable = (header: string, path: string, answer: Answered): boolean =>
  (header === "etag" && path.endsWith("/delta")) ||
  (header === "location" && answer.json?.dryRun === true) ||
  ["www-authenticate", "preference-applied"].includes(header);

/** What is untrue about the description, as far as this answer tells; paths and methods that it does not name are no matter of it. */
const untruths = (
  { paths, components }: ApiDescription,
  faultsOf: FaultsOf,
  { method, path, answer }: { readonly method: string; readonly path: string; readonly answer: Answered },
): readonly unknown[] => {
  const [, asked] = /^\/(?:beta|v1\.0)(\/[^?]*?)\/?(?:\?.*)?$/i.exec(path) ?? [];
  if (asked === undefined) return [];
  const template = [asked, ...templatesFor(asked)].find((one) => Object.hasOwn(paths, one)) ?? "";
  const described = paths[template]?.[method.toLowerCase()]?.responses;
  if (!described) return [];
  const found = described[answer.status];
  if (!found) return [`status ${answer.status}`];

  const isFault = "$ref" in found;
  const response = isFault ? components.responses[found.$ref.split("/").at(-1) ?? ""] : found;
  const named = Object.keys(response?.headers ?? {}).map((name) => name.toLowerCase());
  const schema = response?.content?.["application/json"].schema.$ref;
  return [
    ...["request-id", "client-request-id"].filter((name) => !answer.headers.has(name)),
    ...told.filter((name) => answer.headers.has(name) && !named.includes(name)).map((name) => `${name} not described`),
    ...named
      .filter((name) => !answer.headers.has(name) && !isMissable(name, asked, answer))
      .map((name) => `no ${name}`),
    ...(schema === undefined ? [] : faultsOf(schema, answer.json)),
    ...(schema === undefined && answer.text !== "" && template !== "/openapi.json" ? ["a body"] : []),
  ];
};

/** The paths with an {id} that this may be one of. */
const templatesFor = (asked: string): readonly string[] => {
  const parts = asked.split("/");
  return parts.map((_, index) => parts.with(index, "{id}").join("/"));
};

/** The app, each of whose answers is held against the description it gives of itself: one that it does not describe so is an error. */
export const heldToItsDescription = async (app: AppInProcess): Promise<AppInProcess> => {
  const description = (await app.ask("GET", "/beta/openapi.json")).json as ApiDescription;
  const faultsOf = schemasOf(description);
  return {
    ...app,
    ask: async (method, path, asking) => {
      const answer = await app.ask(method, path, asking);
      const wrong = untruths(description, faultsOf, { method, path, answer });
      if (wrong.length === 0) return answer;
      throw new Error(
        `The description of ${method} ${path} is not true: ${JSON.stringify(wrong)}; it was ${answer.text}`,
      );
    },
  };
};
