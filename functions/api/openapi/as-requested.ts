/** A JSON Schema, or a part of one: as much of it as is looked at here. */
export type JsonSchema = {
  readonly [keyword: string]: unknown;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
};

/** What is said of members, by their path: `payload.rawContent`. What is said of the whole has the path "". */
export type Prose = Readonly<Record<string, string>>;

/**
 * The schema of a request's body as its callers may send it, of what its parser sees once it has folded the body (contract 2.2): a
 * member that is not required may be null, and words are matched without case, which a schema cannot say, and so its description does.
 */
export const asRequested = (schema: JsonSchema, said: Prose = {}, path = ""): JsonSchema => {
  const { properties, required = [], items } = schema;
  const description = [said[path] ?? schema.description, schema.enum && "Matched without case."].filter(Boolean);
  const below = (name: string): string => (path ? `${path}.${name}` : name);
  return {
    ...schema,
    ...(description.length > 0 && { description: description.join(" ") }),
    ...(items && { items: asRequested(items, said, `${path}[]`) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, one]) => {
          const member = asRequested(one, said, below(name));
          return [name, required.includes(name) ? member : orNull(member)];
        }),
      ),
    }),
  };
};

/** The same, and null besides. */
const orNull = (schema: JsonSchema): JsonSchema => {
  const { type, enum: words, const: only, anyOf, ...rest } = schema;
  if (anyOf && type === undefined) return { ...rest, anyOf: [...anyOf, { type: "null" }] };
  if (typeof type !== "string") throw new Error("A member of a request has a form that is not foreseen here.");
  return {
    type: [type, "null"],
    ...rest,
    ...(anyOf && { anyOf: [...anyOf, { type: "null" }] }),
    ...(words && { enum: [...words, null] }),
    ...(only !== undefined && { enum: [only, null] }),
  };
};
