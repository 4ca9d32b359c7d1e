import type { Command } from "commander";
import { printInstant } from "../../../shared/notification/instant.ts";
import { isNamed } from "../access.ts";
import { dataKeysOf } from "../app-settings.ts";
import { connected } from "../connect.ts";
import type { Surroundings } from "../surroundings.ts";
import { textTable } from "../text-table.ts";
import { sealedCounts, type SealedCount } from "./sealed-count.ts";

const about = `
Which keys are which only DATA_KEYS says: give this command the service's own value, or it counts by id alone. No key is ever told.

Examples:
  npm run ops -- keys data
  npm run -s ops -- keys data --json | jq -r .mayRemove[]
`;

/** What is sealed outside the tables, and how long it is good for. */
export const tokensSentence =
  "Delta tokens that clients hold are sealed, too, and good for 30 days: an older key may go 31 days after another one came first. One that " +
  "goes sooner costs their holders a fresh start, no more.";

/** `keys data`: how much is sealed with which of DATA_KEYS. */
export const addData = (keys: Command, use: Surroundings): void => {
  keys
    .command("data")
    .description("count what is sealed with each of DATA_KEYS, and tell which may be removed")
    .option("--json", "one JSON document")
    .addHelpText("after", about)
    .action(({ json = false }: { readonly json?: boolean }) =>
      connected(use, async ({ tables }) => {
        const known = !isNamed(use.env) || use.env.DATA_KEYS ? await dataKeysOf(use.env) : undefined;
        const counts = await sealedCounts(tables(), known, use);
        if (json) use.output.json(documentOf(counts));
        else use.output.text(textOf(counts, known !== undefined));
      }),
    );
};

const removable = (counts: readonly SealedCount[]): readonly string[] =>
  counts
    .filter(({ role, subscriptions, sharedTokens }) => role === "older" && subscriptions + sharedTokens === 0)
    .map(idOf);

const idOf = ({ keyId }: SealedCount): string => keyId;

const documentOf = (counts: readonly SealedCount[]) => ({
  value: counts.map(({ lastExpiresAt, ...count }) => ({
    ...count,
    lastExpirationDateTime: lastExpiresAt === 0 ? null : printInstant(lastExpiresAt),
  })),
  mayRemove: removable(counts),
});

const textOf = (counts: readonly SealedCount[], isKnown: boolean): string => {
  if (counts.length === 0) return "Nothing is sealed.";
  const rows = counts.map(({ keyId, role, subscriptions, sharedTokens, unopened, lastExpiresAt }) => [
    keyId,
    role,
    String(subscriptions),
    String(sharedTokens),
    isKnown ? String(unopened) : "?",
    lastExpiresAt === 0 ? "-" : printInstant(lastExpiresAt),
  ]);
  const heads = ["key", "which", "subscriptions", "shared tokens", "do not open", "last one ends"];
  return [textTable(heads, rows), ...(isKnown ? sentencesOf(counts) : [unknown])].join("\n\n");
};

const unknown = "DATA_KEYS is not set here, so which of these is the first, and which is gone, cannot be told.";

const sentencesOf = (counts: readonly SealedCount[]): readonly string[] => {
  const older = counts.filter(({ role }) => role === "older");
  const free = removable(counts);
  const busy = older.map(idOf).filter((id) => !free.includes(id));
  const lost = counts.filter(({ role }) => role === "missing");
  const wrong = counts.filter(({ role, unopened }) => role !== "missing" && unopened > 0);
  // What is lost comes first: with it nothing else may be read as all is well.
  return [
    ...(lost.length > 0 ? [lostSentence(lost)] : []),
    ...(wrong.length > 0 ? [wrongSentence(wrong)] : []),
    ...(older.length + lost.length + wrong.length === 0 ? ["There is one key only: nothing is being rotated."] : []),
    ...(free.length > 0 ? [`Of the tables nothing needs ${free.join(", ")} any more. ${tokensSentence}`] : []),
    ...(busy.length > 0 ? [`Keep ${busy.join(", ")} for now: keys reseal seals anew what needs it.`] : []),
  ];
};

const lostSentence = (lost: readonly SealedCount[]): string =>
  `What ${lost.map(idOf).join(", ")} sealed is lost while that key is not in DATA_KEYS: ${unopenedOf(lost)} do not open, and those devices get no push until ` +
  "they renew. Put the key back behind the others, if this is the service's own value: the vault keeps earlier versions of the secret.";

const wrongSentence = (wrong: readonly SealedCount[]): string =>
  `Not all that is sealed as ${wrong.map(idOf).join(", ")} opens: is DATA_KEYS the service's own? ${unopenedOf(wrong)} do not.`;

const unopenedOf = (counts: readonly SealedCount[]): number => counts.reduce((sum, { unopened }) => sum + unopened, 0);
