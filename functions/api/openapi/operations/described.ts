import type { ExampleName } from "../examples.ts";
import type { FaultName } from "../faults.ts";
import type { HeaderName } from "../headers.ts";
import type { ParameterName } from "../parameters.ts";
import type { SchemaName } from "../schemas.ts";

export type Content = { readonly schema: SchemaName; readonly example: ExampleName };

/** One operation in the words of its callers. What is in `faults` is explained in `faults.ts`, once for all. */
export type Described = {
  readonly summary: string;
  /** What the summary leaves out; CommonMark. */
  readonly description?: string;
  readonly tag: "Sending" | "Feed" | "Subscriptions" | "About";
  /** Beside `client-request-id`, which every operation takes. */
  readonly parameters?: readonly ParameterName[];
  readonly body?: Content;
  readonly answers: Readonly<Record<number, Answered>>;
  readonly faults: readonly FaultName[];
  /** False: anybody may ask, without a token. */
  readonly needsToken?: false;
};

type Answered = {
  readonly says: string;
  readonly content?: Content;
  /** Beside the two ids, which every answer has. */
  readonly headers?: readonly HeaderName[];
};

/** By path below the base, and method. */
export type Paths = Readonly<Record<string, Readonly<Record<string, Described>>>>;

/** What may be said of any request that needs a token. */
export const always = ["401", "403", "406", "500"] as const;
/** What may be said of a body beside that. */
export const ofBody = ["400", "413", "415"] as const;
/** The same where a body may name its own data types, and so a wrong one. */
export const ofTypedBody = ["400", "401-or-data-type", "403", "406", "413", "415", "500"] as const;
