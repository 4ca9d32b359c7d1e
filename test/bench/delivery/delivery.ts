import { availableParallelism } from "node:os";
import type { PushControl } from "../../../infra/local/push/control-client.ts";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import { startLocalVendors } from "../channels/local-vendors.ts";
import { hostName, subscribers, type Batch } from "./batch.ts";
import { ourHandler } from "./handler.ts";
import { deliveryOptions, help, type DeliveryOptions } from "./options.ts";
import { mainThread, unwatched, type MainThread } from "./profile.ts";
import { collectGarbage, collectYoung } from "../garbage.ts";
import { inTurns, warmUps } from "../in-turns.ts";
import { profileReport, profileSummary, report, summary, type Side } from "./report.ts";
import { nearLimit, ours, plainWebPush, sideNames, type Deliver, type SideName } from "./sides.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

/** A bench that is stuck ends all the same. */
const endsWithinMs = 15 * 60_000;

/** Runs the bench and prints its report. Resolves to the exit code: 1 when a push did not reach its device, or not as it should be. */
export const delivery = async (args: readonly string[], interrupted: AbortSignal): Promise<number> => {
  const options = deliveryOptions(args);
  if (options.help) {
    console.log(help);
    return 0;
  }
  const { devices, notifications, atOnce } = options;
  const stop = firstSignal([interrupted, AbortSignal.timeout(endsWithinMs)]);
  const vendors = await startLocalVendors(devices * notifications * 2);
  const postponed: FanoutJob[] = [];
  const later = async (job: FanoutJob): Promise<void> => {
    await Promise.resolve();
    postponed.push(job);
  };
  const handler = await ourHandler({ vendors, atOnce, hostName, later });
  const limit = nearLimit(vendors, atOnce);
  try {
    const { control } = vendors.at.webpush;
    const accept = await subscribers(handler, control, devices);
    const deliver = {
      ours: ours(handler, postponed, options),
      "web-push": plainWebPush(vendors, atOnce),
      "near-limit": limit.deliver,
    };
    const measured: Measured = { accept, control, deliver, thread: unwatched, stop };
    const machine = { options, node: process.version, cpus: availableParallelism() };
    return options.profile ? await profile(measured, machine) : await compare(measured, machine);
  } finally {
    await Promise.all([handler.close(), limit.close()]);
    await vendors.stop();
  }
};

const ofEach = <T>(make: (name: SideName) => T): Record<SideName, T> => ({
  ours: make("ours"),
  "web-push": make("web-push"),
  "near-limit": make("near-limit"),
});

const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

type Measured = {
  readonly accept: (count: number) => Promise<Batch>;
  readonly control: PushControl;
  readonly deliver: Readonly<Record<SideName, Deliver>>;
  readonly thread: Pick<MainThread, "during">;
  readonly stop: AbortSignal;
};
type Machine = { readonly options: DeliveryOptions; readonly node: string; readonly cpus: number };

const compare = async (measured: Measured, machine: Machine): Promise<number> => {
  const { rounds: count, notifications, json } = machine.options;
  const rounds = Array.from({ length: count }, () => ofEach((): Turn[] => []));
  await inTurns(sideNames, {
    rounds: count,
    before: collectGarbage,
    amountOf: () => notifications,
    take: async (name, { round, amount }) => {
      const turn = await run(measured, name, amount);
      rounds[round]?.[name].push(turn);
    },
    ended: (round) => say(`round ${round + 1} of ${count}`),
  });
  const figures = { ...machine, ...summary(rounds.map((round) => ofEach((name) => sideOf(round[name])))) };
  console.log(json ? JSON.stringify({ bench: "delivery", ...figures }, null, 2) : report(figures));
  return figures.missing === 0 ? 0 : 1;
};

const profile = async (measured: Measured, machine: Machine): Promise<number> => {
  const { options } = machine;
  for (let number = 0; number < warmUps; number += 1) await run(measured, "ours", options.notifications);
  const thread = await mainThread();
  const sides: Side[] = [];
  for (let number = 1; number <= options.rounds; number += 1) {
    collectGarbage();
    sides.push(sideOf([await run({ ...measured, thread }, "ours", options.notifications)]));
    say(`round ${number} of ${options.rounds}`);
  }
  const figures = { ...machine, ...profileSummary(sides, thread.parts()) };
  console.log(options.json ? JSON.stringify({ bench: "delivery", ...figures }, null, 2) : profileReport(figures));
  return figures.missing === 0 ? 0 : 1;
};

/** What one side did in one turn. */
type Turn = Record<"cpuMicroseconds" | "seconds" | "delivered" | "missing" | "postponed", number>;

const sideOf = (turns: readonly Turn[]): Side => {
  const sum = (figure: keyof Turn): number => turns.reduce((total, turn) => total + turn[figure], 0);
  return {
    cpuMicroseconds: sum("cpuMicroseconds") / sum("delivered"),
    perSecond: sum("delivered") / sum("seconds"),
    missing: sum("missing"),
    postponed: sum("postponed"),
  };
};

const run = async (
  { accept, control, deliver, thread, stop }: Measured,
  name: SideName,
  notifications: number,
): Promise<Turn> => {
  const batch = await accept(notifications);
  await control.clearReceived();
  collectYoung(); // of what was done before, for somebody else
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const postponed = await thread.during(() => deliver[name](batch, stop));
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - startedAt) / 1_000;
  const promised = new Set(batch.pushes.map(({ deviceId, text }) => `${deviceId} ${text}`));
  const count = promised.size;
  for (const { deviceId, content } of await control.received()) promised.delete(`${deviceId ?? ""} ${content ?? ""}`);
  return {
    cpuMicroseconds: user + system,
    seconds,
    delivered: count - promised.size,
    missing: promised.size,
    postponed,
  };
};
