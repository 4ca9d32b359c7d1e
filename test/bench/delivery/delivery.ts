import { availableParallelism } from "node:os";
import type { PushControl } from "../../../infra/local/push/control-client.ts";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import { startLocalVendors } from "../channels/local-vendors.ts";
import { hostName, subscribers, type Batch } from "./batch.ts";
import { collectGarbage } from "./garbage.ts";
import { ourHandler } from "./handler.ts";
import { deliveryOptions, help, type DeliveryOptions } from "./options.ts";
import { mainThread, unwatched, type MainThread } from "./profile.ts";
import { profileReport, profileSummary, report, summary, type Round, type Side } from "./report.ts";
import { nearLimit, ours, plainWebPush, sideNames, type Deliver, type SideName } from "./sides.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

/** A bench that is stuck ends all the same. */
const endsWithinMs = 15 * 60_000;
/** Rounds that are not counted: the first calls of everything, before it is compiled. */
const warmUps = 2;

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
  const { rounds: count, json } = machine.options;
  const rounds: Round[] = [];
  for (let number = 1 - warmUps; number <= count; number += 1) {
    const round = new Map<SideName, Side>();
    // In turns, and each goes first at times.
    for (let turn = 0; turn < sideNames.length; turn += 1) {
      const name = sideNames[(turn + number + warmUps) % sideNames.length] ?? "ours";
      round.set(name, await run(measured, name, machine.options));
    }
    if (number < 1) continue;
    rounds.push(Object.fromEntries(round) as Round);
    say(`round ${number} of ${count}`);
  }
  const figures = { ...machine, ...summary(rounds) };
  console.log(json ? JSON.stringify({ bench: "delivery", ...figures }, null, 2) : report(figures));
  return figures.missing === 0 ? 0 : 1;
};

const profile = async (measured: Measured, machine: Machine): Promise<number> => {
  const { options } = machine;
  for (let number = 0; number < warmUps; number += 1) await run(measured, "ours", options);
  const thread = await mainThread();
  const sides: Side[] = [];
  for (let number = 1; number <= options.rounds; number += 1) {
    sides.push(await run({ ...measured, thread }, "ours", options));
    say(`round ${number} of ${options.rounds}`);
  }
  const figures = { ...machine, ...profileSummary(sides, thread.parts()) };
  console.log(options.json ? JSON.stringify({ bench: "delivery", ...figures }, null, 2) : profileReport(figures));
  return figures.missing === 0 ? 0 : 1;
};

const run = async (
  { accept, control, deliver, thread, stop }: Measured,
  name: SideName,
  { notifications }: DeliveryOptions,
): Promise<Side> => {
  const batch = await accept(notifications);
  await control.clearReceived();
  collectGarbage(); // of what was done before, for somebody else
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const postponed = await thread.during(() => deliver[name](batch, stop));
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - startedAt) / 1_000;
  const promised = new Set(batch.pushes.map(({ deviceId, text }) => `${deviceId} ${text}`));
  const count = promised.size;
  for (const { deviceId, content } of await control.received()) promised.delete(`${deviceId ?? ""} ${content ?? ""}`);
  const delivered = count - promised.size;
  const cpuMicroseconds = (user + system) / delivered;
  return { cpuMicroseconds, perSecond: delivered / seconds, missing: promised.size, postponed };
};
