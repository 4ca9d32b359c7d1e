import type { Command } from "commander";
import { agreed, mustBeAskable, type ChangeOptions } from "../apps/change-app.ts";
import { dataKeysOf } from "../app-settings.ts";
import { audited } from "../audit.ts";
import { connected } from "../connect.ts";
import { Failed } from "../failed.ts";
import type { Surroundings } from "../surroundings.ts";
import { tokensSentence } from "./data.ts";
import { resealRows } from "./reseal-rows.ts";
import { sealedCounts, type SealedCount } from "./sealed-count.ts";

const about = `
The second half of rotating DATA_KEYS; "keys new data" tells the first. Give this command the service's own DATA_KEYS: what it seals anew with
a key that the service has not, the service cannot open. So it asks for a proof: something that the service has sealed with the first key
already, as it does whenever a device subscribes or renews.

Examples:
  npm run ops -- keys reseal --dry-run
  npm run ops -- keys reseal
  npm run -s ops -- keys reseal --yes --json | jq .left
`;

type Options = ChangeOptions & { readonly deployed?: true };

/** `keys reseal`: seals anew, with the first of DATA_KEYS, whatever an older one sealed. */
export const addReseal = (keys: Command, use: Surroundings): void => {
  keys
    .command("reseal")
    .description("seal anew, with the first of DATA_KEYS, what is sealed with older ones; asks before it does")
    .option("--deployed", "every instance of the service has the first key: do not ask for a proof")
    .option("--dry-run", "tell what it would do, and do nothing")
    .option("--yes", "do not ask")
    .option("--json", "answer in one JSON document")
    .addHelpText("after", about)
    .action((options: Options) => reseal(use, options));
};

const reseal = (use: Surroundings, options: Options): Promise<void> => {
  mustBeAskable(use, options, "reseal");
  const { env, output, stop } = use;
  return connected(use, async (connection) => {
    const keys = await dataKeysOf(env);
    const [{ id: keyId }] = keys;
    const tables = connection.tables();
    const before = await sealedCounts(tables, keys, use);
    const wanted = openable(before);
    const tell = (outcome: string, resealed: number, left: number | null): void => {
      if (options.json) output.json({ outcome, keyId, resealed, left, unopened: unopened(before) });
    };
    warnOf(before, use);
    if (wanted === 0) {
      output.note(`All that opens is sealed with ${keyId}. ${tokensSentence}`);
      tell("nothing", 0, 0);
      return;
    }
    if (isAnothers(before)) throw new Failed(anothers(keyId));
    output.note(`${wanted} rows are to be sealed anew with ${keyId}.`);
    if (!options.deployed && !isInUse(before)) throw new Failed(unproven(keyId));
    if (options.dryRun) {
      output.note("Nothing was written: --dry-run.");
      tell("would reseal", 0, wanted);
      return;
    }
    await agreed(
      use,
      options,
      `Does every instance of ${connection.place} have ${keyId}, and shall they be sealed anew?`,
    );
    const olderIds = before.filter(({ role }) => role === "older").map((count) => count.keyId);
    const act = { act: "keys reseal", subject: { kind: "data key", id: keyId }, details: `of ${olderIds.join(", ")}` };
    await audited({ ...use, ...connection }, act, async (count) => {
      let resealed = 0;
      const each = (what: string): void => {
        count(`${what} resealed`);
        resealed += 1;
      };
      const looked = (rows: number): void =>
        output.progress(`${resealed} of ${wanted} sealed anew, ${rows} rows looked at.`);
      const resealing = async (): Promise<number> => {
        await resealRows(tables, keys, { stop, each, looked });
        return openable(await sealedCounts(tables, keys, use));
      };
      const left = await resealing().catch((error: unknown) => {
        tell(stop.aborted ? "interrupted" : "failed", resealed, null);
        output.note(`${resealed} sealed anew so far; every row is whole. Run this again: it goes on.`);
        throw error;
      });
      tell(left === 0 ? "resealed" : "left", resealed, left);
      output.note(`${resealed} sealed anew with ${keyId}.`);
      if (left > 0)
        throw new Failed(
          `${left} were sealed with an older key meanwhile: an instance runs that does not have ${keyId} in front. Restart it, and run this again.`,
        );
      output.note(tokensSentence);
    });
  });
};

/** Rows of older keys that can be sealed anew. */
const openable = (counts: readonly SealedCount[]): number =>
  counts
    .filter(({ role }) => role === "older")
    .reduce((sum, { subscriptions, sharedTokens, unopened: closed }) => sum + subscriptions + sharedTokens - closed, 0);

const unopened = (counts: readonly SealedCount[]): number => counts.reduce((sum, count) => sum + count.unopened, 0);

/** Whether something opens that is sealed with the first key: only the service can have done that. */
const isInUse = (counts: readonly SealedCount[]): boolean =>
  counts.some(
    ({ role, subscriptions, sharedTokens, unopened: closed }) =>
      role === "first" && subscriptions + sharedTokens > closed,
  );

/** Whether all that the service sealed under the first key's name does not open with it: whatever --deployed says, it is another key. */
const isAnothers = (counts: readonly SealedCount[]): boolean =>
  !isInUse(counts) && counts.some(({ role, unopened: closed }) => role === "first" && closed > 0);

const anothers = (keyId: string): string =>
  `Nothing that is sealed as ${keyId} opens with the ${keyId} of DATA_KEYS here: it is another key than the service's. Give this command the ` +
  "service's own value.";

const unproven = (keyId: string): string =>
  `Nothing is sealed with ${keyId} yet, so nothing proves that the service has it. Deploy it first (keys new data tells how), and wait until a ` +
  "device has subscribed or renewed; or say --deployed if every instance has it.";

const warnOf = (counts: readonly SealedCount[], { output }: Surroundings): void => {
  const closed = unopened(counts);
  if (closed > 0)
    output.note(
      `${closed} do not open with DATA_KEYS and stay as they are: their devices get no push until they renew. keys data tells of which keys.`,
    );
};
