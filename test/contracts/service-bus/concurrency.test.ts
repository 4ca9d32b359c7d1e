import { expect, test } from "vitest";
import { bodies } from "../../support/service-bus/receive.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";
import { until } from "../../support/until.ts";

const bus = useServiceBus();

/** Handlers that wait until they are let go, and count themselves. */
const gate = () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const seen: unknown[] = [];
  const errors: unknown[] = [];
  let running = 0;
  let most = 0;
  return {
    open: () => open(),
    seen,
    errors,
    running: () => running,
    most: () => most,
    handlers: {
      processMessage: async ({ body }: { body: unknown }) => {
        seen.push(body);
        running += 1;
        most = Math.max(most, running);
        await opened;
        running -= 1;
      },
      processError: ({ error }: { error: Error }) => {
        errors.push(error);
        return Promise.resolve();
      },
    },
  };
};

test("as many handlers run at a time as were asked for, and never more", async () => {
  const { name, sender, receiver } = await bus.queue("plain");
  const { open, seen, errors, most, running, handlers } = gate();
  receiver.subscribe(handlers, { maxConcurrentCalls: 5 });
  await sender.sendMessages(Array.from({ length: 30 }, (_, body) => ({ body })));
  await until(() => running() === 5, { what: "five handlers at work" });
  // The other twenty-five are still free, or this queue would be empty for another client.
  const other = bus.client().createReceiver(name);
  const [free] = await other.receiveMessages(1, { maxWaitTimeInMs: 2_000 });
  expect(free?.body).toBe(5);
  if (free) await other.abandonMessage(free);
  expect(running()).toBe(5);
  open();
  await until(async () => seen.length >= 30 && (await bus.contents(name)).length === 0, { what: "all are handled" });
  await receiver.close();
  expect({ most: most(), errors }).toEqual({ most: 5, errors: [] });
  expect(seen.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index));
});

test("closing a subscription lets the handlers at work finish and settle, and takes nothing new", async () => {
  const { name, sender, receiver } = await bus.queue("plain");
  const { open, seen, errors, running, handlers } = gate();
  const subscription = receiver.subscribe(handlers, { maxConcurrentCalls: 3 });
  await sender.sendMessages(Array.from({ length: 8 }, (_, body) => ({ body })));
  await until(() => running() === 3, { what: "three handlers at work" });
  await subscription.close();
  await sender.sendMessages({ body: 8 });
  open();
  await until(async () => (await bus.contents(name)).length === 6, { what: "the three have been completed" });
  await receiver.close();
  expect({ seen, errors }).toEqual({ seen: [0, 1, 2], errors: [] });

  const left = await bus.contents(name);
  expect(bodies(left)).toEqual([3, 4, 5, 6, 7, 8]);
  expect(left.map(({ deliveryCount }) => deliveryCount)).toEqual([0, 0, 0, 0, 0, 0]);
});

test("closing an idle subscription takes no time, and the queue can be subscribed again", async () => {
  const { name, client, sender } = await bus.queue("plain");
  const times: number[] = [];
  for (const round of [1, 2, 3]) {
    const receiver = client.createReceiver(name);
    const seen: unknown[] = [];
    const subscription = receiver.subscribe({
      processMessage: ({ body }) => {
        seen.push(body);
        return Promise.resolve();
      },
      processError: ({ error }) => Promise.reject(error),
    });
    await sender.sendMessages({ body: round });
    await until(() => seen.length === 1, { what: "one message is handled" });
    const began = performance.now();
    await subscription.close();
    await receiver.close();
    times.push(performance.now() - began);
    expect(seen).toEqual([round]);
  }
  // A drain left unanswered costs 200 ms, every time; a slow machine does not.
  expect(Math.min(...times)).toBeLessThan(180);
  expect(await bus.contents(name)).toEqual([]);
});
