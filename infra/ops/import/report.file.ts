import { open, readFile, rename, rm } from "node:fs/promises";
import * as z from "zod";
import { exitCodes, Failed } from "../failed.ts";
import { jsonIn } from "../json-in.ts";
import { mustBeFile } from "../must-be-file.file.ts";

/** What became of an entry, as the report says it. One that was imported has its UNSID: the report is a secret. */
type Reported = {
  readonly line: number;
  readonly id: string | null;
} & (
  | { readonly outcome: "refused"; readonly reasons: readonly string[] }
  | {
      readonly outcome: "imported";
      readonly user: string | null;
      readonly userNotificationSubscriptionId: string;
      readonly subscriptionId: string;
      readonly expirationDateTime: string;
      readonly mark: string;
    }
);

/** Of which import it is. */
export type Heading = { readonly import: string; readonly app: string; readonly place: string };

export type ReportFile = {
  /** Marks of the entries that an earlier, interrupted run imported: they stand in the report already. */
  readonly done: ReadonlySet<string>;
  /** Adds a line, whole, after those before it. */
  readonly add: (reported: Reported) => Promise<void>;
  readonly close: () => Promise<void>;
};

const warning =
  "This file holds secrets: each userNotificationSubscriptionId lets its bearer post to a user. Hand it over, then delete it.";
const headingSchema = z.object({ import: z.string(), app: z.string(), place: z.string() });
const importedSchema = z.object({
  outcome: z.literal("imported"),
  mark: z.string(),
  expirationDateTime: z.string(),
});

/**
 * Opens the report, readable by its owner alone. One that is there already is an interrupted run's: what was imported stays, if it is among
 * `marks` and lives on; the rest is to be done again. Throws `Failed` when it is another import's, or cannot be written.
 */
export const openReport = async (
  path: string,
  heading: Heading,
  { marks, now }: { readonly marks: ReadonlySet<string>; readonly now: number },
): Promise<ReportFile> => {
  try {
    await mustBeFile(path, "is no file: name one for the report.");
    const kept = await keptOf(path, heading, { marks, now });
    const fresh = `${path}.new`;
    await rm(fresh, { force: true });
    const file = await open(fresh, "wx", 0o600);
    await file.writeFile([JSON.stringify({ ...heading, warning }), ...kept.values(), ""].join("\n"));
    await file.sync();
    await rename(fresh, path);
    let last: Promise<void> = Promise.resolve();
    return {
      done: new Set(kept.keys()),
      add: (reported) => (last = last.then(() => file.appendFile(`${JSON.stringify(reported)}\n`))),
      close: async () => {
        await last.finally(() => file.close());
      },
    };
  } catch (cause) {
    if (cause instanceof Failed) throw cause;
    throw new Failed(`${path} cannot be written.`, exitCodes.usage, { cause });
  }
};

type Those = { readonly marks: ReadonlySet<string>; readonly now: number };

/** The lines that stay, by their marks. A crash may have left the last one torn: it is done again, and has the same UNSID. */
const keptOf = async (path: string, heading: Heading, { marks, now }: Those): Promise<ReadonlyMap<string, string>> => {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return new Map();
  const [first = "", ...lines] = text.split("\n");
  const found = headingSchema.safeParse(jsonIn(first)).data;
  if (found?.import !== heading.import || found.app !== heading.app || found.place !== heading.place) {
    throw new Failed(`${path} is there and is no report of this import: name another, or remove it.`, exitCodes.usage);
  }
  const kept = new Map<string, string>();
  for (const line of lines) {
    const imported = importedSchema.safeParse(jsonIn(line)).data;
    if (imported && marks.has(imported.mark) && Date.parse(imported.expirationDateTime) > now)
      kept.set(imported.mark, line);
  }
  return kept;
};
