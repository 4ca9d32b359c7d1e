import { availableParallelism } from "node:os";
import webpush from "web-push";
import { originsOptions, help, type OriginsOptions } from "./options.ts";
import { startPushOrigin, type PushOrigin } from "./push-origin.ts";
import { report, summary, type Round } from "./report.ts";
import { runSide, type Figures, type Planned } from "./side.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

/** A bench that is stuck ends all the same. */
const endsWithinMs = 10 * 60_000;
const quickOrigins = 3;

/** Runs the bench and prints its report. Resolves to the exit code: 1 when the target is missed or a push was not taken in time. */
export const origins = async (args: readonly string[], interrupted: AbortSignal): Promise<number> => {
  const options = originsOptions(args);
  if (options.help) {
    console.log(help);
    return 0;
  }
  const stop = firstSignal([interrupted, AbortSignal.timeout(endsWithinMs)]);
  const rounds = await measure(options, stop);
  const figures = { options, node: process.version, cpus: availableParallelism(), rounds, ...summary(rounds) };
  console.log(options.json ? JSON.stringify({ bench: "origins", ...figures }, null, 2) : report(figures));
  return figures.isMet && figures.late === 0 ? 0 : 1;
};

const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

const measure = async (options: OriginsOptions, stop: AbortSignal): Promise<readonly Round[]> => {
  const vapid = { ...webpush.generateVAPIDKeys(), subject: "mailto:bench@fanfare.example" };
  const started: PushOrigin[] = [];
  const closing: Promise<void>[] = [];
  try {
    while (started.length < quickOrigins + 2) started.push(await startPushOrigin(vapid.publicKey));
    const [well, hanging] = [started.slice(0, quickOrigins + 1), started.toSpliced(quickOrigins, 1)];
    await hanging.at(-1)?.control.addFault({ hang: true });
    const plan = planned(options);
    const side = async (origins: readonly PushOrigin[], isGoverned = true): Promise<Figures> => {
      const { figures, closed } = await runSide({ plan, origins, vapid, isGoverned, stop });
      closing.push(closed);
      return figures;
    };
    const rounds: Round[] = [];
    for (let number = 0; number <= options.rounds; number += 1) {
      const [ofWell, ofHanging, ungoverned] = await Promise.all([
        side(well),
        side(hanging),
        ...(options.ungoverned ? [side(hanging, false)] : []),
      ]);
      say(`p99 ${ofWell.p99Ms.toFixed(1)} ms when all are well, ${ofHanging.p99Ms.toFixed(1)} ms while one hangs`);
      if (number > 0) rounds.push({ well: ofWell, hanging: ofHanging, ...(ungoverned && { ungoverned }) }); // the first warms up
    }
    return rounds;
  } finally {
    await Promise.all(started.map(({ stop: end }) => end()));
    await Promise.all(closing);
  }
};

/** Drawn once: all sides are sent the same at the same moments. */
const planned = ({ rate, share, seconds }: OriginsOptions): readonly Planned[] => {
  const plan: Planned[] = [];
  for (let atMs = 0; atMs < seconds * 1_000; atMs += (-Math.log(1 - Math.random()) * 1_000) / rate) {
    const quick = Math.floor(Math.random() * quickOrigins);
    plan.push({ atMs, origins: Math.random() * 100 < share ? [quick, quickOrigins] : [quick] });
  }
  return plan;
};
