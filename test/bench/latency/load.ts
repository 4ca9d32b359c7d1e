import type { LocalStack } from "../../support/stack.ts";
import { appServer } from "../app-server.ts";
import { arrivalsAt, newMark } from "../pipeline/arrivals.ts";
import { concurrently } from "../pipeline/concurrently.ts";
import type { Subscriber } from "../pipeline/subscribers.ts";
import { figuresOf, type Accepted, type Figures } from "./figures.ts";
import { openLoop } from "./open-loop.ts";

/** Requests at once, where they are not made on a schedule. */
export const atOnce = 32;
/** So many wait for an answer at most; whoever comes then waits for a connection, and the time counts. */
const connectionsMost = 256;

/** Loads of notifications to one user after the other, each awaited until every device has it. */
export const loadOn = async (stack: LocalStack, all: readonly Subscriber[], stop: AbortSignal) => {
  const server = await appServer(stack, connectionsMost);
  const arrived = arrivalsAt(stack.push);
  let next = 0;

  /** One notification to the next user, due at a time of `performance.now()`. */
  const sending = () => {
    const epoch = Date.now() - performance.now();
    const accepted: Accepted[] = [];
    const refusals: string[] = [];
    const send = async (dueAt: number): Promise<void> => {
      const subscriber = all[next++ % all.length];
      if (!subscriber) throw new Error("There are no users.");
      const mark = newMark();
      const begunAt = performance.now();
      const refusal = await server.post({ unsid: subscriber[0].unsid, appNotificationId: mark });
      const answeredAt = performance.now();
      const promised = subscriber.map(({ deviceId }) => ({ mark, deviceId }));
      if (refusal !== undefined) refusals.push(refusal);
      else accepted.push({ dueAt: epoch + dueAt, begunAt: epoch + begunAt, answeredAt: epoch + answeredAt, promised });
    };
    const allArrived = () =>
      arrived(
        accepted.flatMap(({ promised }) => promised),
        stop,
      );
    return { send, accepted, refusals, allArrived };
  };

  return {
    /** As fast as they are answered, so many at once. Resolves to how many a second were at all devices. */
    allAtOnce: async (count: number): Promise<number> => {
      const { send, allArrived } = sending();
      const startedAt = Date.now();
      await concurrently({ count, atOnce, stop }, () => send(performance.now()));
      const lastAt = [...(await allArrived()).at.values()].reduce((a, b) => Math.max(a, b), startedAt + 1);
      return (count * 1_000) / (lastAt - startedAt);
    },
    at: async (perSecond: number, seconds: number): Promise<Figures> => {
      const { send, accepted, refusals, allArrived } = sending();
      await openLoop({ perSecond, seconds, stop }, (_, dueAt) => send(dueAt));
      const [firstRefusal] = refusals;
      if (firstRefusal !== undefined) process.stderr.write(`  refused: ${firstRefusal}\n`);
      const inOrder = accepted.toSorted((a, b) => a.dueAt - b.dueAt);
      return figuresOf({ perSecond, accepted: inOrder, refused: refusals.length }, await allArrived());
    },
    close: server.close,
  };
};
