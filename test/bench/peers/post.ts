import { Pool } from "undici";
import { newMark, type Expected } from "../pipeline/arrivals.ts";
import { concurrently } from "../pipeline/concurrently.ts";
import type { Subscriber } from "../pipeline/subscribers.ts";
import type { Side } from "./side.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

export type Load = {
  readonly subscribers: readonly Subscriber[];
  readonly notifications: number;
  readonly concurrency: number;
  readonly stop: AbortSignal;
};

/** What a side was given in one round. */
export type Sent = {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** The pushes that its 201s promise. */
  readonly promised: readonly Expected[];
  /** How many requests were answered otherwise or not at all, and what the first of them was told. */
  readonly refused: number;
  readonly firstRefusal?: string | undefined;
};

/** Long, for one side pushes before it answers, and the machine may have other work. */
const answerWithinMs = 120_000;

/** Posts notifications to a side as an app server does, to one user after the other, over kept connections: the same to each side. */
export const postTo = async (side: Side, { subscribers, notifications, concurrency, stop }: Load): Promise<Sent> => {
  const pool = new Pool(side.url, { connections: concurrency });
  const promised: Expected[] = [];
  const refusals: string[] = [];
  const startedAt = Date.now();
  await concurrently({ count: notifications, atOnce: concurrency, stop }, async (index) => {
    const user = index % subscribers.length;
    const mark = newMark();
    const signal = firstSignal([stop, AbortSignal.timeout(answerWithinMs)]);
    const answer = await pool
      .request({ method: "POST", ...side.requestFor(user, mark), signal })
      .then(async ({ statusCode, body }) => ({ statusCode, text: await body.text() }))
      .catch((error: unknown) => ({ statusCode: 0, text: String(error) }));
    if (answer.statusCode === 201) {
      for (const { deviceId } of subscribers[user] ?? []) promised.push({ mark, deviceId });
    } else refusals.push(`${answer.statusCode} ${answer.text}`);
  });
  await pool.close();
  return { startedAt, promised, refused: refusals.length, firstRefusal: refusals[0] };
};
