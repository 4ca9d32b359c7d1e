import { systemClock } from "../../../shared/clock.ts";
import { printInstant } from "../../../shared/notification/instant.ts";
import { audited } from "../audit.ts";
import { connected, type Connection } from "../connect.ts";
import type { Surroundings } from "../surroundings.ts";
import { fileFor, writeLines } from "./backup.file.ts";
import { collected } from "./collect.table.ts";
import { backupLines, type Ending } from "./lines.ts";
import { noCounts } from "./records.ts";

export type ExportOptions = { readonly out: string; readonly force?: true; readonly json?: true };

/** What of a connection a backup uses. */
export type Store = Pick<Connection, "place" | "tables" | "who">;

/** Writes what a restore needs into a file. Throws `Failed` when the file is there already or cannot be written; nothing is left then. */
export const exportBackup = (use: Surroundings, options: ExportOptions): Promise<void> =>
  connected(use, (store) => exportFrom(store, use, options));

/** The same, from a Fanfare one is connected with. */
export const exportFrom = async (store: Store, use: Surroundings, options: ExportOptions): Promise<void> => {
  const { output, stop } = use;
  const beganAt = systemClock.now();
  const mayOverwrite = options.force === true;
  const path = await fileFor(options.out, beganAt, mayOverwrite);
  let ending: Ending = { counts: noCounts, sha256: "" };
  let leftOut = 0;
  const act = { act: "backup export", subject: { kind: "backup", id: printInstant(beganAt) } };
  await audited({ ...use, ...store }, act, async (count) => {
    const all = collected({ ...use, tables: store.tables(), now: beganAt, leftOut: () => (leftOut += 1) });
    const lines = backupLines({ from: store.place, beganAt }, all, {
      now: systemClock.now,
      ended: (told) => (ending = told),
    });
    await writeLines(path, lines, { mayOverwrite, stop });
    for (const [kind, kept] of Object.entries(ending.counts)) count(`${kind}s`, kept);
  });
  const { app, block, subscription } = ending.counts;
  if (options.json) output.json({ file: path, beganDateTime: printInstant(beganAt), ...ending, leftOut });
  else
    output.text(
      `${path}: ${app} apps, ${block} entries of the block list, ${subscription} subscriptions with their UNSIDs.`,
    );
  if (leftOut > 0)
    output.note(
      `${leftOut} subscriptions were left out: no UNSID says whose they are. Their clients mend that when they renew.`,
    );
  output.note(
    "It tells who has which device. Keep it where few can read it, nobody can change it, and no longer than you promise people.",
  );
};
