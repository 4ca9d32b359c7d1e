import { systemClock } from "../../shared/clock.ts";
import { busDeadLetters } from "../../shared/fanout/dead-letters.bus.ts";
import type { Cleared, DeadLetters, Left } from "../../shared/fanout/dead-letters.ts";
import { tellable } from "../../shared/telemetry/tellable.ts";
import { audited } from "./audit.ts";
import { connected } from "./connect.ts";
import { exitCodes, Failed } from "./failed.ts";
import type { Surroundings } from "./surroundings.ts";

/** Numbers of dead letters, or all that are there when the command begins. */
export type Chosen = readonly string[] | "all";

type Options = { readonly chosen: Chosen; readonly yes?: true; readonly json?: true };

/** Deals with the chosen dead letters. Throws `Failed` when some were not there (exit code 2) or could not be had (1). */
export type Clear = (use: Surroundings, options: Options) => Promise<void>;

/** Sends them again. */
export const replay: Clear = (use, options) => clear(use, options, "replay", () => Promise.resolve());

/** Removes them, when the operator says yes, on the terminal or by `--yes`. */
export const discard: Clear = async (use, options) => {
  const { ask } = use;
  if (!options.yes && !ask) {
    throw new Failed("To discard without a terminal to ask at, give --yes.", exitCodes.usage);
  }
  await clear(use, options, "discard", async ({ count, place }) => {
    if (options.yes || !ask) return;
    const question = `Remove ${named(count)} of ${place} for good? Whoever was not told will not be.`;
    if (await ask(question)) return;
    throw new Failed("Nothing was discarded.", use.stop.aborted ? exitCodes.interrupted : exitCodes.failed);
  });
};

const past = { replay: "replayed", discard: "discarded" } as const;

type Found = { readonly count: number; readonly place: string };

const clear = (
  use: Surroundings,
  { chosen, json }: Options,
  verb: keyof typeof past,
  agreed: (found: Found) => Promise<void>,
): Promise<void> =>
  connected(use, async (connection) => {
    const { bus, place } = connection;
    const { output, stop } = use;
    const letters = busDeadLetters(bus(), systemClock);
    const sequences = chosen === "all" ? await numbersOf(letters, stop) : [...new Set(chosen)];
    if (sequences.length === 0) {
      output.note(`There are no dead letters in ${place}.`);
      return;
    }
    await agreed({ count: sequences.length, place });

    const subject = { kind: "dead letters", id: chosen === "all" ? "all" : sequences.join(", ") };
    const act = { act: `dead-letters ${verb}`, subject };
    await audited({ ...use, ...connection }, act, async (count) => {
      const outcome = past[verb];
      let done = 0;
      let isWaiting = false;
      const each = (cleared: Cleared): void => {
        done += 1;
        count(outcome);
        const { sequence, messageId, replayedAs } = toldOf(cleared);
        if (json) output.json({ sequence, outcome, messageId, replayedAs });
        else output.text(`${sequence} ${outcome}${replayedAs === undefined ? "" : ` as ${replayedAs}`}`);
        output.progress(`${done} of ${sequences.length} ${outcome}`);
      };
      const waiting = (): void => {
        if (!isWaiting) output.note(waitingForOthers);
        isWaiting = true;
      };
      try {
        const left = await letters[verb](sequences, { each, waiting, stop });
        const absent = chosen === "all" ? [] : left.absent; // gone meanwhile, which is what was wanted
        if (json) tellLeft(use, { ...left, absent });
        judge({ ...left, absent }, place);
      } finally {
        const ended = stop.aborted ? "Interrupted: " : "";
        output.note(`${ended}${done} of ${named(sequences.length)} ${outcome}, ${place}, ${new Date().toISOString()}.`);
      }
    });
  });

/** A stranger calls their message what they like, with a token perhaps. */
const toldOf = ({ sequence, messageId, replayedAs }: Cleared) => ({
  sequence,
  messageId: tellable(messageId),
  replayedAs: replayedAs === undefined ? undefined : tellable(replayedAs),
});

const waitingForOthers = "Somebody else has some of them in hand; waiting for that to end, a minute at most.";

const numbersOf = async (letters: DeadLetters, stop: AbortSignal): Promise<readonly string[]> => {
  const numbers: string[] = [];
  for await (const { sequence } of letters.all({ stop })) numbers.push(sequence);
  return numbers;
};

const tellLeft = ({ output }: Surroundings, { absent, locked }: Left): void => {
  for (const sequence of absent) output.json({ sequence, outcome: "absent" });
  for (const sequence of locked) output.json({ sequence, outcome: "locked" });
};

const judge = ({ absent, locked }: Left, place: string): void => {
  if (locked.length > 0) {
    throw new Failed(`Somebody else has ${some(locked)} in hand. Try again in a minute.`);
  }
  if (absent.length > 0)
    throw new Failed(`There is no dead letter ${some(absent)} in ${place}.`, exitCodes.nothingMatched);
};

const named = (count: number): string => (count === 1 ? "1 dead letter" : `${count} dead letters`);

const some = (sequences: readonly string[]): string =>
  sequences.length <= 5 ? sequences.join(", ") : `${sequences.slice(0, 5).join(", ")} and ${sequences.length - 5} more`;
