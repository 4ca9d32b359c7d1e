import { setTimeout as pause } from "node:timers/promises";
import { ServiceBusAdministrationClient } from "@azure/service-bus";
import webpush from "web-push";
import { answeredAt } from "../../../shared/fanout/backlog.bus.ts";
import { fanoutQueue } from "../../../shared/fanout/fanout.ts";
import type { LocalStack } from "../../support/stack.ts";
import { subscribers } from "../pipeline/subscribers.ts";
import { withStack } from "../pipeline/with-stack.ts";
import { textTable } from "../text-table.ts";
import { fill } from "./fill.ts";
import { flatnessOf, rssOf, type Look } from "./memory.ts";
import { backlogOptions, help, type BacklogOptions } from "./options.ts";
import { troubles } from "./troubles.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

const endsWithinMs = 60 * 60_000;
const flatMost = 1.15;
const mostMbGoal = 300;
const lookEveryMs = 1_000;

/** Runs the bench and prints its report. Resolves to the exit code: 1 when the memory grew or was too much, or a notification was not delivered. */
export const backlog = async (args: readonly string[], interrupted: AbortSignal): Promise<number> => {
  const options = backlogOptions(args);
  if (options.help) {
    console.log(help);
    return 0;
  }
  const stop = firstSignal([interrupted, AbortSignal.timeout(endsWithinMs)]);
  const vapid = webpush.generateVAPIDKeys();
  const wish = { notifications: options.notifications, devices: 1, durable: false, vapid, stop };
  const { looks, received, happened } = await withStack(wish, (stack) => measure(stack, options, stop));
  const flatness = flatnessOf(looks);
  const seconds = looks.at(-1)?.atSeconds ?? NaN;
  const figures = { ...options, node: process.version, seconds, ...received, happened, ...flatness };
  console.log(options.json ? JSON.stringify({ bench: "backlog", ...figures, looks }, null, 2) : report(figures, looks));
  const isWhole = received.delivered === options.notifications;
  return isWhole && flatness.growth <= flatMost && flatness.mostMb <= mostMbGoal ? 0 : 1;
};

const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

const measure = async (stack: LocalStack, options: BacklogOptions, stop: AbortSignal) => {
  await subscribers(stack, { users: options.users, devices: 1 }, stop);
  // Far enough ahead to write everything before it is due.
  const dueAt = Date.now() + 15_000 + options.notifications * 2;
  const startedAt = performance.now();
  await fill(stack, { notifications: options.notifications, dueAt, stop });
  say(
    `filled in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s; due in ${Math.max(0, dueAt - Date.now()) / 1_000} s`,
  );
  await pause(Math.max(0, dueAt - Date.now()), undefined, { signal: stop });

  const done = new AbortController();
  const troubled = options.untroubled ? Promise.resolve(new Map<string, number>()) : troubles(stack, done.signal);
  troubled.catch(() => undefined); // awaited below, or never if looking fails first
  const looks = await watch(stack, stop).finally(() => done.abort());
  const received = await stack.push.received();
  const delivered = new Set(received.flatMap(({ status, content }) => (status === 201 ? (content ?? []) : [])));
  const pushes = received.filter(({ status }) => status === 201).length;
  return {
    looks,
    received: { delivered: delivered.size, rangAgain: pushes - delivered.size },
    happened: Object.fromEntries(await troubled),
  };
};

/** Looks every second until the queue has nothing that waits, is scheduled or is in hand. */
const watch = async ({ stack, parts }: LocalStack, stop: AbortSignal): Promise<readonly Look[]> => {
  const { connectionString, adminUrl } = stack.serviceBus;
  const bus = answeredAt(new ServiceBusAdministrationClient(connectionString), adminUrl ?? "");
  const waitingNow = async (): Promise<number> => {
    const { activeMessageCount, scheduledMessageCount } = await bus.getQueueRuntimeProperties(fanoutQueue);
    return activeMessageCount + scheduledMessageCount;
  };
  const looks: Look[] = [];
  const startedAt = performance.now();
  for (;;) {
    const pid = (await parts()).find(({ name }) => name === "functions-host")?.pid;
    const waiting = await waitingNow().catch(() => undefined); // the bus may stand still
    if (pid !== undefined && waiting !== undefined) {
      const atSeconds = (performance.now() - startedAt) / 1_000;
      looks.push({ atSeconds, waiting, rssMb: await rssOf(pid) });
      if (looks.length % 15 === 0) say(`${waiting} wait, ${looks.at(-1)?.rssMb.toFixed(0)} MB`);
      if (waiting === 0) return looks;
    }
    await pause(lookEveryMs, undefined, { signal: stop });
  }
};

type Figures = BacklogOptions &
  ReturnType<typeof flatnessOf> & {
    readonly node: string;
    readonly seconds: number;
    readonly delivered: number;
    readonly rangAgain: number;
    readonly happened: Readonly<Record<string, number>>;
  };

const report = (figures: Figures, looks: readonly Look[]): string => {
  const { notifications, delivered, rangAgain, seconds, firstThirdMb, secondThirdMb, lastThirdMb, mostMb, growth } =
    figures;
  const rows = [
    ["delivered of the backlog", `${delivered} of ${notifications}`],
    ["rang again", String(rangAgain)],
    ["worked off in", `${seconds.toFixed(0)} s, ${(notifications / seconds).toFixed(0)} a second`],
    ["memory, first third", `${firstThirdMb.toFixed(0)} MB`],
    ["memory, second third", `${secondThirdMb.toFixed(0)} MB`],
    ["memory, last third", `${lastThirdMb.toFixed(0)} MB`],
    [`memory, most; the goal is ${mostMbGoal} MB`, `${mostMb.toFixed(0)} MB, ${verdictOf(mostMb <= mostMbGoal)}`],
    [`growth; the goal is ${flatMost}`, `${growth.toFixed(2)}, ${verdictOf(growth <= flatMost)}`],
    ...Object.entries(figures.happened).map(([what, times]) => [what, `${times} times`]),
  ];
  return textTable([`functions host, node ${figures.node}, ${looks.length} looks`, ""], rows);
};

const verdictOf = (isMet: boolean): string => (isMet ? "met" : "MISSED");
