import type { FanoutJob } from "../../../shared/fanout/job.ts";
import { startLocalVendors, type LocalVendors } from "../channels/local-vendors.ts";
import { hostName, subscribers } from "../delivery/batch.ts";
import { ourHandler } from "../delivery/handler.ts";
import { ours } from "../delivery/sides.ts";
import { collectGarbage, collectYoung } from "../garbage.ts";
import { inTurns } from "../in-turns.ts";
import { median } from "../statistics.ts";
import { lineThrough } from "./line.ts";

const deviceCounts = [1, 2, 5, 10, 20, 30, 40, 50] as const;
/** In each round of each count, about. */
const pushes = 2_400;
const atOnce = 64;
const offMost = 0.15;

type Wish = { readonly rounds: number; readonly stop: AbortSignal };

/** What a notification costs for so many devices, by count and round, in CPU microseconds of the handler's process; verified at the push service. */
export const measuredDevices = async ({ rounds, stop }: Wish) => {
  const vendors = await startLocalVendors(pushes);
  const sides = await Promise.all(deviceCounts.map((devices) => sideOf(vendors, devices)));
  try {
    const sums = new Map(sides.map((side) => [side, Array.from({ length: rounds }, () => 0)]));
    let missing = 0;
    await inTurns(sides, {
      rounds,
      before: collectGarbage,
      amountOf: ({ notifications }) => notifications,
      take: async (side, { round, amount }) => {
        const turn = await side.run(amount, stop);
        const sum = sums.get(side)?.[round];
        if (sum === undefined) return; // a round that is not counted
        sums.get(side)![round] = sum + turn.microseconds;
        missing += turn.missing;
      },
    });
    const costs = [...sums].map(([{ devices, notifications }, ofRounds]) => ({
      devices,
      rounds: ofRounds.map((sum) => sum / notifications),
    }));
    return { ...linearityOf(costs), missing };
  } finally {
    await Promise.all(sides.map((side) => side.close()));
    await vendors.stop();
  }
};

/** A service of its own whose users have so many devices each. */
const sideOf = async (vendors: LocalVendors, devices: number) => {
  const postponed: FanoutJob[] = [];
  const later = (job: FanoutJob): Promise<void> => Promise.resolve(void postponed.push(job));
  const handler = await ourHandler({ vendors, atOnce, hostName, later });
  const { control } = vendors.at.webpush;
  const accept = await subscribers(handler, control, devices);
  const deliver = ours(handler, postponed, { atOnce, devices });
  const notifications = Math.ceil(pushes / devices);
  const run = async (amount: number, stop: AbortSignal) => {
    const batch = await accept(amount);
    await control.clearReceived();
    collectYoung();
    const before = process.cpuUsage();
    await deliver(batch, stop);
    const { user, system } = process.cpuUsage(before);
    const promised = new Set(batch.pushes.map(({ deviceId, text }) => `${deviceId} ${text}`));
    for (const { deviceId, content } of await control.received()) promised.delete(`${deviceId ?? ""} ${content ?? ""}`);
    return { microseconds: user + system, missing: promised.size };
  };
  return { devices, notifications, run, close: handler.close };
};

type Costs = readonly { readonly devices: number; readonly rounds: readonly number[] }[];

/** The line through the medians, and in each round how far its points are off its own line. */
const linearityOf = (costs: Costs) => {
  const medians = costs.map(({ devices, rounds }) => ({ x: devices, y: median(rounds) }));
  const ofRounds = (costs[0]?.rounds ?? []).map((_, round) =>
    lineThrough(costs.map(({ devices, rounds }) => ({ x: devices, y: rounds[round] ?? NaN }))),
  );
  const line = lineThrough(medians);
  return { medians, line, worstOfRounds: ofRounds.map(({ worst }) => worst), isMet: line.worst <= offMost };
};
export type Linearity = Awaited<ReturnType<typeof measuredDevices>>;
