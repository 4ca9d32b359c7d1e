import type { Mutant } from "./mutant.ts";

/** Rules of naming what goes through the queue, broken. */
export const mutantsOfTheQueue: readonly Mutant[] = [
  {
    name: "re-sends under the same messageId",
    file: "shared/fanout/job.ts",
    find: "    due ?? 0,\n",
    replace: "    0,\n",
  },
  {
    name: "requeues what a breaker held under the id of the message it follows",
    file: "functions/delivering/later.ts",
    find: "if (due !== undefined) await use.fanout.send(nextJob(job, { version, due, told: kind }), { expiresAt });",
    replace: `if (due === undefined) continue;
      const isHeld = settled.some(({ entry }) => entry.outcome === "held");
      await use.fanout.send(isHeld ? job : nextJob(job, { version, due, told: kind }), { expiresAt });`,
  },
  {
    name: "replays a dead letter under the id it was sent under",
    from: 66,
    file: "shared/fanout/replay.ts",
    find: "const suffix = `:r${sequence}`;",
    replace: `const suffix = sequence.slice(0, 0);`,
  },
];
