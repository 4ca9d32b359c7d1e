import { availableParallelism } from "node:os";
import type { PushControl } from "../../../infra/local/push/control-client.ts";
import { startLocalVendors } from "../channels/local-vendors.ts";
import type { Delivered } from "./child.ts";
import { sideNames, summary, type Round, type Side, type SideName } from "./figures.ts";
import { coresOptions, help } from "./options.ts";
import { startDeliverer, type Deliverer } from "./process.ts";
import { machineBusySeconds, processorsAllowed } from "./processor-time.ts";
import { report } from "./report.ts";

/** Rounds that are not counted: the first calls of everything, before it is compiled. */
const warmUps = 2;

/** Runs the bench and prints its report. Resolves to the exit code: 1 when a push did not reach its device, or not as it should be. */
export const cores = async (args: readonly string[], stop: AbortSignal): Promise<number> => {
  const options = coresOptions(args);
  if (options.help) {
    console.log(help);
    return 0;
  }
  const { processes, devices, notifications, atOnce, rounds: count, json } = options;
  const vendors = await startLocalVendors(devices * notifications * 2);
  const deliverers = Array.from({ length: processes }, startDeliverer);
  const { url, ca, control, controlUrl } = vendors.at.webpush;
  try {
    for (const one of deliverers) await one.begin({ url, ca, controlUrl, vapid: vendors.vapid, devices, atOnce });
    const run = (who: readonly Deliverer[], isProfiled = false) =>
      delivered({ who, control, notifications: Math.floor(notifications / who.length), isProfiled });
    const allowed = await processorsAllowed();
    const [first = "0"] = allowed.split(/[-,]/);
    const sideOf = async (name: SideName, alone: readonly Deliverer[]): Promise<Side> => {
      const holdAlone = (processors: string) => Promise.all(alone.map((one) => one.holdTo(processors)));
      if (name === "core") await holdAlone(first);
      const { side } = await run(name === "several" ? deliverers : alone);
      if (name === "core") await holdAlone(allowed);
      return side;
    };
    const rounds: Round[] = [];
    for (let number = 1 - warmUps; number <= count; number += 1) {
      stop.throwIfAborted();
      const round = new Map<SideName, Side>();
      // In turns, and each goes first at times; which process is alone changes, too.
      const alone = deliverers.slice((number + warmUps) % processes).slice(0, 1);
      for (let turn = 0; turn < sideNames.length; turn += 1) {
        const name = sideNames[(turn + number + warmUps) % sideNames.length] ?? "one";
        round.set(name, await sideOf(name, alone));
      }
      if (number < 1) continue;
      rounds.push(Object.fromEntries(round) as Round);
      process.stderr.write(`round ${number} of ${count}\n`);
    }
    const profiled = await run(deliverers.slice(0, 1), true);
    const [machine, encrypting] = [availableParallelism(), profiled.parts[0]?.encrypting ?? 0];
    const figures = { options, node: process.version, cpus: machine };
    const all = { ...figures, ...summary(rounds, encrypting, machine) };
    console.log(json ? JSON.stringify({ bench: "cores", ...all }, null, 2) : report(all));
    return all.missing === 0 ? 0 : 1;
  } finally {
    await Promise.all(deliverers.map((one) => one.end()));
    await vendors.stop();
  }
};

type Run = {
  readonly who: readonly Deliverer[];
  readonly control: PushControl;
  /** Of each. */
  readonly notifications: number;
  readonly isProfiled: boolean;
};

/** Has them deliver side by side, and asks the push service what came. */
const delivered = async ({
  who,
  control,
  notifications,
  isProfiled,
}: Run): Promise<{ readonly side: Side; readonly parts: readonly Delivered[] }> => {
  await Promise.all(who.map((one) => one.accept(notifications)));
  await control.clearReceived();
  const busyBefore = await machineBusySeconds();
  const parts = await Promise.all(who.map((one) => one.deliver({ isProfiled })));
  const busy = (await machineBusySeconds()) - busyBefore;
  const promised = new Set((await Promise.all(who.map((one) => one.promised()))).flat());
  const count = promised.size;
  for (const { deviceId, content } of await control.received()) promised.delete(`${deviceId ?? ""} ${content ?? ""}`);
  const sum = (figure: (part: Delivered) => number): number => parts.reduce((all, part) => all + figure(part), 0);
  const cpuSeconds = sum((part) => part.cpuSeconds);
  const began = Math.min(...parts.map(({ from }) => from));
  const ended = Math.max(...parts.map(({ until }) => until));
  const side = {
    deliveries: count - promised.size,
    wallSeconds: (ended - began) / 1_000,
    cpuSeconds,
    othersSeconds: Math.max(0, busy - cpuSeconds),
    mainThreadSeconds: Math.max(...parts.map((part) => part.mainThreadSeconds)),
    missing: promised.size,
  };
  return { side, parts };
};
