import type { Command } from "commander";
import { tableAppRegister } from "../../../shared/auth/app-register.table.ts";
import { systemClock } from "../../../shared/clock.ts";
import { RowConflict } from "../../../shared/storage/table.ts";
import { endOf, unsidRowKey } from "../../../shared/subscription/subscription-row.ts";
import { holderIn } from "../../../shared/subscription/unsids.table.ts";
import { audited } from "../audit.ts";
import { connected, type Connection } from "../connect.ts";
import { exitCodes, Failed } from "../failed.ts";
import type { Surroundings } from "../surroundings.ts";
import { agreed, mustBeAskable, type ChangeOptions } from "./change-app.ts";
import { hostNameOf } from "./app-options.ts";
import { withChangeOptions } from "./set.ts";

type Options = ChangeOptions & { readonly count?: true };

/** `apps remove`: the registration, and nothing of its users'. */
export const addRemoving = (group: Command, use: Surroundings): void => {
  const command = group
    .command("remove")
    .description("remove an app's registration: its callers get 403 within a minute")
    .argument("<hostName>", "its host name", hostNameOf)
    .option("--count", "tell how many live subscriptions are left behind: goes through a whole table");
  withChangeOptions(command).action((hostName: string, options: Options) => remove(use, hostName, options));
};

const remove = (use: Surroundings, hostName: string, options: Options): Promise<void> => {
  mustBeAskable(use, options, "remove an app");
  return connected(use, async (connection) => {
    const { output } = use;
    const register = tableAppRegister(connection.tables().apps);
    const found = await register.find(hostName);
    if (!found) throw new Failed(`No app ${hostName} is registered in ${connection.place}.`, exitCodes.nothingMatched);
    const left = options.count ? await leftBehind(connection, hostName, use) : undefined;
    output.note(meaning);
    if (left) output.note(`${hostName} has ${left.subscriptions} live subscriptions of ${left.users} users.`);
    const tell = (outcome: string): void => {
      if (options.json) output.json({ hostName, outcome, ...left });
    };
    if (options.dryRun) {
      output.note("Nothing was removed: --dry-run.");
      tell("would remove");
      return;
    }
    await agreed(use, options, `Remove ${hostName} from ${connection.place}?`);
    await audited(
      { ...use, ...connection },
      { act: "apps remove", subject: { kind: "app", id: hostName } },
      async (count) => {
        use.stop.throwIfAborted();
        await register.remove(hostName, found.version).catch(changedMeanwhile(hostName));
        count("removed");
      },
    );
    output.note("Removed. It acts within a minute.");
    tell("removed");
  });
};

const meaning =
  "Its callers get 403, and its users can neither read nor delete what they have. Of them nothing is removed: notifications that were " +
  "accepted are still delivered, with the credentials named default, and feeds and subscriptions stay until they expire. Registered again, " +
  "the app finds all that has not.";

const changedMeanwhile = (hostName: string) => (error: unknown) => {
  if (!(error instanceof RowConflict)) throw error;
  throw new Failed(
    `Somebody else changed or removed ${hostName} meanwhile. Look again: apps show ${hostName}`,
    undefined,
    {
      cause: error,
    },
  );
};

/** A feed's key does not tell its host name, but each live subscription's UNSID has a row that does: the store goes through that table. */
const leftBehind = async ({ tables }: Connection, hostName: string, { output, stop }: Surroundings) => {
  const users = new Set<string>();
  let subscriptions = 0;
  let pages = 0;
  for await (const page of tables().unsids.withRowKey(unsidRowKey)) {
    stop.throwIfAborted();
    for (const row of page) {
      const holder = endOf(row) > systemClock.now() ? holderIn(row, output.note) : undefined;
      if (holder?.hostName !== hostName) continue;
      subscriptions += 1;
      users.add(`${holder.tenantId}/${holder.objectId}`);
    }
    pages += 1;
    output.progress(`Counting: ${subscriptions} subscriptions in ${pages} pages of the table.`);
  }
  return { subscriptions, users: users.size };
};
