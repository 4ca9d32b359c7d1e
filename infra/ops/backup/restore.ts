import { systemClock } from "../../../shared/clock.ts";
import { concurrently } from "../../../shared/concurrently.ts";
import { printInstant } from "../../../shared/notification/instant.ts";
import { isNamed } from "../access.ts";
import { agreed, mustBeAskable, type ChangeOptions } from "../apps/change-app.ts";
import { dataKeysOf } from "../app-settings.ts";
import { audited } from "../audit.ts";
import { connected } from "../connect.ts";
import { exitCodes, Failed } from "../failed.ts";
import type { Surroundings } from "../surroundings.ts";
import { linesIn } from "./backup.file.ts";
import type { Store } from "./export.ts";
import { groupsOf } from "./groups.ts";
import { judged } from "./judge.ts";
import { saidIn, type Ending } from "./lines.ts";
import { puttingBack } from "./put-back.table.ts";
import type { Heading } from "./records.ts";
import { survey, type Survey } from "./survey.ts";
import { putsTally, restoreTold, sentencesOf, type Puts } from "./told.ts";
import { erasedSince, personsIn, registeredSince } from "./without.ts";

export type RestoreOptions = ChangeOptions & { readonly without?: string; readonly concurrency: number };

/** Puts back what a backup keeps and is not there. Throws `Failed` before anything is written when the file is not as it was made. */
export const restoreBackup = (use: Surroundings, path: string, options: RestoreOptions): Promise<void> =>
  connected(use, (store) => restoreInto(store, use, path, options));

/** The same, into a Fanfare one is connected with. */
export const restoreInto = async (
  store: Store,
  use: Surroundings,
  path: string,
  options: RestoreOptions,
): Promise<void> => {
  mustBeAskable(use, options, "restore");
  const { env, output, stop } = use;
  const { place } = store;
  const tables = store.tables();
  const keys = !isNamed(env) || env.DATA_KEYS ? await dataKeysOf(env) : undefined;
  const named = options.without === undefined ? new Set<string>() : await personsIn(options.without);
  const heading = await headingOf(path);
  const { beganAt } = heading;
  const registered = await registeredSince(tables.audit, beganAt);
  const without = new Set([...(await erasedSince(tables.audit, beganAt)), ...registered.takenAway, ...named]);
  const rules = { now: systemClock.now(), without };

  const looked = survey(keys);
  const checked = await wholeOf(path, (line, kept) => {
    stop.throwIfAborted();
    looked.add(line, judged(kept, rules));
    output.progress(`Checking: ${line} lines.`);
  });
  const found = looked.found();
  for (const sentence of sentencesOf({ heading, place, found, hasKeys: keys !== undefined, since: registered.others }))
    output.note(sentence);
  const tell = (outcome: string, puts?: Puts): void =>
    restoreTold(use, options, { outcome, heading, place, found, puts });
  if (options.dryRun) {
    output.note("Nothing was written: --dry-run.");
    tell("would restore");
    throwIfRefused(found);
    return;
  }
  await agreed(use, options, `Put back into ${place} what is not there?`);
  const puts = putsTally();
  const subject = { kind: "backup", id: printInstant(heading.beganAt) };
  await audited({ ...use, ...store }, { act: "backup restore", subject }, async (count) => {
    const all = found.wanted.app + found.wanted.block + found.wanted.subscription;
    const back = puttingBack({
      tables,
      put: (what, how) => {
        puts.add(what, how);
        if (how === "restored") count(`${what}s`);
        output.progress(`${puts.records()} of ${all} done.`);
      },
    });
    let outcome = "failed";
    try {
      await concurrently(options.concurrency, groupsOf(path, checked, rules, stop), (group) =>
        group.kind === "devices" ? back.devices(group.devices) : back.registered(group.kept),
      );
      outcome = stop.aborted ? "interrupted" : "restored";
    } finally {
      tell(outcome, puts.counts());
    }
    if (stop.aborted) output.note("Interrupted. The same command again does what is left.");
    else throwIfRefused(found);
  });
};

const headingOf = async (path: string): Promise<Heading> => {
  for await (const said of saidIn(path, linesIn(path))) if (said.kind === "heading") return said.heading;
  throw new Failed(`${path} is empty.`, exitCodes.usage);
};

/** Reads all of it, and resolves to its end. */
const wholeOf = async (
  path: string,
  each: (line: number, kept: Parameters<typeof judged>[0]) => void,
): Promise<Ending | undefined> => {
  let ending: Ending | undefined;
  for await (const said of saidIn(path, linesIn(path))) {
    if (said.kind === "kept") each(said.line, said.kept);
    else if (said.kind === "ending") ({ ending } = said);
  }
  return ending;
};

const throwIfRefused = ({ refused }: Survey): void => {
  if (refused > 0) throw new Failed(`${refused} lines of the backup cannot be restored by this version: see above.`);
};
