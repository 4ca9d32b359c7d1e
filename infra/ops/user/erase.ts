import { audited } from "../audit.ts";
import { agreed, mustBeAskable, type ChangeOptions } from "../apps/change-app.ts";
import { connected } from "../connect.ts";
import { Failed } from "../failed.ts";
import type { Surroundings } from "../surroundings.ts";
import { waitingMessages, writtenFeeds } from "./erase-pass.ts";
import { erasePerson } from "./erase-person.ts";
import { inWords, tally, type Counts } from "./kinds.ts";
import { auditIdOf, type Person } from "./person.ts";
import { busQueueOf } from "./queue-of.bus.ts";
import { surveyOf, type Survey } from "./survey.ts";

export type EraseOptions = ChangeOptions & { readonly app?: readonly string[]; readonly settle: number };

/** Removes everything about a person. Throws `Failed` when something of them is there afterwards all the same. */
export const erase = (use: Surroundings, person: Person, options: EraseOptions): Promise<void> => {
  mustBeAskable(use, options, "erase a person");
  const { app: apps = [] } = options;
  const { output } = use;
  return connected(use, async (connection) => {
    const { place } = connection;
    const asked = { ...use, tables: connection.tables(), queue: busQueueOf(connection.bus()), apps };
    const survey = await surveyOf(asked, person);
    const tell = (outcome: string, removed: Counts, left: Counts | null): void => {
      if (options.json) output.json({ outcome, hostNames: survey.hostNames, there: survey.there, removed, left });
    };
    if (Object.keys(survey.there).length === 0) {
      output.note(`Nothing of this person is in ${place}. ${lookedAt(survey)}`);
      tell("nothing", {}, {});
      return;
    }
    output.note(`What there is of this person in ${place}: ${inWords(survey.there)}.`);
    if (options.dryRun) {
      output.note("Nothing was removed: --dry-run.");
      tell("would erase", {}, {});
      return;
    }
    output.note(meaning);
    await agreed(use, options, "Erase all of it for good?");
    const removed = tally();
    const act = { act: "user erase", subject: { kind: "person", id: auditIdOf(person) } };
    await audited({ ...use, ...connection }, act, async (count) => {
      const took = (counts: Counts): void => {
        for (const [what, by] of Object.entries(counts)) {
          if (what === waitingMessages || what === writtenFeeds) continue;
          count(what, by);
          removed.add(what, by);
        }
      };
      const erasing = erasePerson({ ...asked, removed: took, settleMs: options.settle * 1_000 }, person);
      const left = await erasing.catch((error: unknown) => {
        tell(use.stop.aborted ? "interrupted" : "failed", removed.counts(), null);
        output.note(
          `Removed so far: ${inWords(removed.counts())}. The rest is still there: run this again, it goes on.`,
        );
        throw error;
      });
      const isClean = Object.keys(left).length === 0;
      tell(isClean ? "erased" : "left", removed.counts(), left);
      output.note(`Removed: ${inWords(removed.counts())}.`);
      if (!isClean) throw new Failed(stillThere(left));
      output.note(`A last pass through the tables and the queue found nothing of this person. ${lookedAt(survey)}`);
    });
  });
};

const meaning =
  "Their notifications, subscriptions and deliveries go, and what waits to be delivered is not. Their devices are told to start over with " +
  "their next request, and find nothing; an app that runs will subscribe them anew. The audit keeps that they were erased, under a hash.";

const stillThere = (left: Counts): string =>
  left[waitingMessages] === undefined
    ? `The last pass still found ${inWords(left)}. Somebody writes for this person. End that (disable the account, or apps block), and run ` +
      "this again."
    : `The last pass still found ${inWords(left)}. A message that waits names the feed, and holds no content; its run finds nothing and ends ` +
      "it. Once the service has worked it off, run this again.";

const lookedAt = ({ hostNames }: Survey): string =>
  hostNames.length === 0 ? "No app is registered, and no --app was named." : `Looked at: ${hostNames.join(", ")}.`;
