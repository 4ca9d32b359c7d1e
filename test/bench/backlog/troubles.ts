import { setTimeout as pause } from "node:timers/promises";
import type { LocalStack } from "../../support/stack.ts";

/** One slow time: what slows, for how long, and its end, whatever happens. */
type Trouble = { readonly name: string; readonly trouble: (stack: LocalStack, signal: AbortSignal) => Promise<void> };

const stalled = (part: string, milliseconds: number): Trouble => ({
  name: `${part} stands still for ${milliseconds / 1_000} s`,
  trouble: async ({ parts }, signal) => {
    const pid = (await parts()).find(({ name }) => name === part)?.pid;
    if (pid === undefined) return;
    process.kill(pid, "SIGSTOP");
    await pause(milliseconds, undefined, { signal }).finally(() => process.kill(pid, "SIGCONT"));
  },
});

const slowPushes: Trouble = {
  name: "each push takes a second longer, for 6 s",
  trouble: async ({ push }, signal) => {
    await push.addFault({ delayMs: 1_000 });
    await pause(6_000, undefined, { signal }).finally(() => push.clearFaults());
  },
};

const turns: readonly Trouble[] = [slowPushes, stalled("tables", 2_000), stalled("service-bus", 2_000)];
const everyMs = 20_000;

/** Has push service, tables and bus slow down in turns until `done` is aborted. Resolves to what happened, in words, with how often. */
export const troubles = async (stack: LocalStack, done: AbortSignal): Promise<ReadonlyMap<string, number>> => {
  const happened = new Map<string, number>();
  try {
    for (let turn = 0; ; turn += 1) {
      await pause(everyMs, undefined, { signal: done });
      const next = turns[turn % turns.length];
      if (!next) continue;
      happened.set(next.name, (happened.get(next.name) ?? 0) + 1);
      await next.trouble(stack, done);
    }
  } catch (error) {
    if (!done.aborted) throw error;
    return happened;
  }
};
