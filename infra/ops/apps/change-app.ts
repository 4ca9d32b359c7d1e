import { tableAppRegister, type AppRegister, type Registered } from "../../../shared/auth/app-register.table.ts";
import type { RegisteredApp } from "../../../shared/auth/app-registry.ts";
import { RowConflict } from "../../../shared/storage/table.ts";
import { audited } from "../audit.ts";
import { connected, type Connection } from "../connect.ts";
import { exitCodes, Failed } from "../failed.ts";
import { printable } from "../output.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Edit } from "./edit.ts";
import { faultOfRow } from "./faults.ts";
import { changeInWords, changesOf, emptyApp, type Change } from "./fields.ts";
import { meaningOf } from "./meaning.ts";

/** How a command that changes something was asked to. */
export type ChangeOptions = { readonly yes?: true; readonly dryRun?: true; readonly json?: true };

type Wish = {
  /** The words of the command. */
  readonly act: string;
  readonly hostName: string;
  readonly edit: Edit;
  readonly options: ChangeOptions;
  /** Whether an app that is not there is made. */
  readonly mayCreate: boolean;
};

/** A question cannot be asked without a terminal. Throws `Failed` before anything is begun. */
export const mustBeAskable = ({ ask }: Surroundings, { yes, dryRun }: ChangeOptions, what: string): void => {
  if (!yes && !dryRun && !ask)
    throw new Failed(
      `To ${what} without a terminal to ask at, give --yes, or --dry-run to look only.`,
      exitCodes.usage,
    );
};

/**
 * Changes an app's registration on top of what is there: tells the difference and what it means, asks, and writes over the version it
 * told of. Who writes in between is not overwritten: the difference is told and asked anew. Throws `Failed` when the app is not there and
 * may not be made (2), when the operator says no or others keep changing it (1).
 */
export const changeApp = (use: Surroundings, wish: Wish): Promise<void> => {
  mustBeAskable(use, wish.options, "change an app");
  return connected(use, async (connection) => {
    const register = tableAppRegister(connection.tables().apps);
    for (let tries = 5; tries > 0; tries -= 1) {
      if (await changedOnce(use, wish, { connection, register })) return;
      use.output.note("Somebody else changed it meanwhile. This is the difference to what is there now:");
    }
    throw new Failed(`Others keep changing ${wish.hostName}, and nothing was written. Agree with them, and try again.`);
  });
};

type At = { readonly connection: Connection; readonly register: AppRegister };

/** False when somebody else wrote first. */
const changedOnce = async (use: Surroundings, wish: Wish, { connection, register }: At): Promise<boolean> => {
  const { act, hostName, edit, options } = wish;
  const { output, stop } = use;
  const found = await register.find(hostName);
  const before = appIn(found, wish, use);
  const after = edit(before);
  const changes = changesOf(before, after);
  const tell = (outcome: string): void => {
    if (options.json) output.json({ hostName, outcome, changes, app: after });
  };
  if (changes.length === 0 && found?.kind === "app") {
    output.note(`${hostName} is so already; nothing was changed.`);
    tell("unchanged");
    return true;
  }
  const isNew = found === undefined;
  const said = difference(use, { before, after, changes, isNew, place: connection.place });
  if (options.json) output.note(said);
  else output.text(said);
  if (options.dryRun) {
    output.note("Nothing was written: --dry-run.");
    tell(isNew ? "would create" : "would change");
    return true;
  }
  await agreed(use, options, "Write it?");
  const details = changes.map(changeInWords).join("; ");
  try {
    await audited(
      { ...use, ...connection },
      { act, subject: { kind: "app", id: hostName }, details },
      async (count) => {
        stop.throwIfAborted();
        await register.save(after, found?.version);
        count("written");
      },
    );
  } catch (error) {
    if (error instanceof RowConflict) return false;
    throw error;
  }
  output.note("Written. It acts within a minute.");
  tell(isNew ? "created" : "changed");
  return true;
};

/** Throws `Failed` when the operator does not say yes. */
export const agreed = async ({ ask, stop }: Surroundings, { yes }: ChangeOptions, question: string): Promise<void> => {
  if (yes || (await ask?.(question))) return;
  throw new Failed("Nothing was changed.", stop.aborted ? exitCodes.interrupted : exitCodes.failed);
};

const appIn = (
  found: Registered | undefined,
  { hostName, mayCreate }: Wish,
  { output }: Surroundings,
): RegisteredApp => {
  if (found?.kind === "app") return found.app;
  if (found === undefined && !mayCreate)
    throw new Failed(`No app ${hostName} is registered. apps list tells which are.`, exitCodes.nothingMatched);
  if (found?.kind === "malformed" && !mayCreate)
    throw new Failed(
      `The registration of ${hostName} cannot be read: ${faultOfRow(found.fault)} apps set replaces it.`,
    );
  if (found?.kind === "malformed")
    output.note(`What is there cannot be read, and is replaced as a whole. ${faultOfRow(found.fault)}`);
  return emptyApp(hostName);
};

type Difference = {
  readonly before: RegisteredApp;
  readonly after: RegisteredApp;
  readonly changes: readonly Change[];
  readonly isNew: boolean;
  readonly place: string;
};

const difference = (use: Surroundings, { before, after, changes, isNew, place }: Difference): string =>
  [
    `${isNew ? "New app " : ""}${after.hostName} in ${place}`,
    ...changes.map((change) => `  ${changeInWords(change)}`),
    ...meaningOf(before, after, use.env),
  ]
    .map(printable) // an id of a file's, or of an older row's, may have a line break, and is no line of ours
    .join("\n");
