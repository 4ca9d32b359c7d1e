import { availableParallelism } from "node:os";
import type { PushControl } from "../../../infra/local/push/control-client.ts";
import type { Channel } from "../../../shared/subscription/subscription.ts";
import { concurrently } from "../pipeline/concurrently.ts";
import { startLocalVendors, vendorNames, type LocalVendors, type VendorName } from "./local-vendors.ts";
import { channelsOptions, help, type ChannelsOptions } from "./options.ts";
import { ourSend, ourSenders } from "./ours.ts";
import { report, summary, type Round, type Side } from "./report.ts";
import { theirs } from "./theirs.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

/** A bench that is stuck ends all the same. */
const endsWithinMs = 10 * 60_000;

/** Runs the bench and prints its report. Resolves to the exit code: 1 when a push was not taken by its device. */
export const channels = async (args: readonly string[], interrupted: AbortSignal): Promise<number> => {
  const options = channelsOptions(args);
  if (options.help) {
    console.log(help);
    return 0;
  }
  const stop = firstSignal([interrupted, AbortSignal.timeout(endsWithinMs)]);
  const vendors = await startLocalVendors(options.sends * 2);
  try {
    const rounds = await measure(options, vendors, stop);
    const figures = { options, node: process.version, cpus: availableParallelism(), ...summary(rounds) };
    console.log(options.json ? JSON.stringify({ bench: "channels", ...figures }, null, 2) : report(figures));
    return figures.missing === 0 ? 0 : 1;
  } finally {
    await vendors.stop();
  }
};

const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

type Sending = {
  readonly name: string;
  readonly atOnce: number;
  readonly send: (channel: Channel) => Promise<void>;
  readonly control: PushControl;
  readonly devices: readonly Channel[];
};

const measure = async (
  options: ChannelsOptions,
  vendors: LocalVendors,
  stop: AbortSignal,
): Promise<readonly Round[]> => {
  const [senders, others] = [ourSenders(vendors), await theirs(vendors)];
  try {
    const rounds: Round[] = [];
    const devices = new Map<VendorName, readonly Channel[]>();
    for (const name of vendorNames) devices.set(name, await devicesOf(vendors, name, options.devices));
    for (let number = 0; number <= options.rounds; number += 1) {
      for (const vendor of vendorNames) {
        const { control } = vendors.at[vendor];
        const common = { control, devices: devices.get(vendor) ?? [] };
        const { name, isSequential, send } = others[vendor];
        const ours = {
          ...common,
          name: "ours",
          atOnce: options.atOnce,
          send: (to: Channel) => ourSend(senders[vendor], to),
        };
        const other = { ...common, name, atOnce: isSequential ? 1 : options.atOnce, send };
        // In turns: who goes first finds the other's rubbish uncollected.
        const [first, second] = number % 2 === 0 ? [ours, other] : [other, ours];
        const [one, two] = [await run(first, options, stop), await run(second, options, stop)];
        if (number > 0) rounds.push({ vendor, ours: first === ours ? one : two, theirs: first === ours ? two : one });
      }
      if (number > 0) say(`round ${number} of ${options.rounds}`); // the first warms up
    }
    return rounds;
  } finally {
    await Promise.all([...Object.values(senders), ...Object.values(others)].map(({ close }) => close()));
  }
};

const run = async (sending: Sending, { sends }: ChannelsOptions, stop: AbortSignal): Promise<Side> => {
  const { name, atOnce, send, control, devices } = sending;
  // One alone first: tokens and connections are there then. APNs takes one push at a time until it has seen a token, and node-apn does not ask.
  if (devices[0]) await send(devices[0]);
  await control.clearReceived();
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await concurrently({ count: sends, atOnce, stop }, async (index) => {
    const device = devices[index % devices.length];
    if (device) await send(device);
  });
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - startedAt) / 1_000;
  const taken = (await control.received()).filter(({ content }) => content !== null).length;
  return { name, perSecond: sends / seconds, cpuMicroseconds: (user + system) / sends, missing: sends - taken };
};

const devicesOf = async ({ at }: LocalVendors, name: VendorName, count: number): Promise<readonly Channel[]> => {
  const made = await at[name].control.createDevices({ count });
  // Exactly what a subscription takes, and so all of a channel but for its kind.
  return made.map(({ channel }) => ({ kind: name, ...channel }) as unknown as Channel);
};
