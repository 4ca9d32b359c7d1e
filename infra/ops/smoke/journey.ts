import { milliseconds, systemClock } from "../../../shared/clock.ts";
import { tableLedgers } from "../../../shared/delivery/ledgers.table.ts";
import type { NotificationId } from "../../../shared/notification/notification.ts";
import { dataKeysOf } from "../app-settings.ts";
import { audited } from "../audit.ts";
import type { Connection } from "../connect.ts";
import type { Surroundings } from "../surroundings.ts";
import { appToken, type AppToken } from "./app-token.http.ts";
import { canaryApp, registerCanary } from "./canary-app.table.ts";
import { subscribeCanary } from "./canary-user.table.ts";
import { beDelivered, type Told } from "./delivered.ts";
import { beKnown, beReady, deliveriesToldBy, postCanary, type Posting } from "./service.http.ts";
import type { TakeStep } from "./steps.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

export type Journey = {
  readonly use: Surroundings;
  readonly connection: Connection;
  readonly url: string;
  /** The app to post to; undefined: the canary's own, which is registered for it. */
  readonly app: string | undefined;
  /** For each answer, and for the delivery. */
  readonly withinMs: number;
  readonly take: TakeStep;
};

/** All that a test writes ends by itself after this, the feed's head aside. */
const lifeMs = 10 * milliseconds.minute;

/**
 * Has one notification go all the way: accepted over HTTP, queued, delivered to a canary, and told of. Throws `StepFailed` at the first step
 * that fails. The canary's subscription is removed whatever happens; what a killed test leaves expires within minutes.
 */
export const goAllTheWay = async (journey: Journey): Promise<void> => {
  const { use, connection, url, withinMs, take } = journey;
  const at = { url, answerWithinMs: withinMs, stop: use.stop };
  await take("service is ready", () => beReady(at));
  const signal = firstSignal([use.stop, AbortSignal.timeout(withinMs)]);
  const caller = await take("token had", () => appToken({ ...use, ...connection, signal }));
  const hostName = journey.app ?? canaryApp;
  const subject = { kind: "app", id: hostName };
  await audited({ ...use, ...connection }, { act: "smoke", subject }, () => sendCanary(journey, caller, hostName));
};

const sendCanary = async (journey: Journey, caller: AppToken, hostName: string): Promise<void> => {
  const { use, connection, url, withinMs, take } = journey;
  const { output, stop } = use;
  const tables = connection.tables();
  const isNew =
    journey.app === undefined &&
    (await take(
      "app registered",
      () => registerCanary(tables.apps, caller.clientId),
      (written) => (written ? "for the first time: the service knows it within a minute" : "since before"),
    ));
  const name = `smoke-${crypto.randomUUID()}`;
  const expiresAt = systemClock.now() + lifeMs;
  const canary = await take("canary subscribed", async () =>
    subscribeCanary(
      { tables, dataKeys: await dataKeysOf(use.env), report: output.note },
      { hostName, name, expiresAt },
    ),
  );
  try {
    const { token, isAdmin } = caller;
    const posting: Posting = {
      url,
      answerWithinMs: withinMs,
      stop,
      token,
      unsid: canary.unsid,
      hostName,
      name,
      expiresAt,
    };
    if (isNew) await take("app known to the service", () => beKnown(posting));
    const id = await take(
      "notification accepted",
      () => postCanary(posting),
      (given) => given,
    );
    const ledgers = tableLedgers({ ...tables, clock: systemClock, report: output.note });
    const look = async (): Promise<Told | undefined> => {
      if (isAdmin) return deliveriesToldBy(posting, id);
      const entry = (await ledgers.read(canary.feed, id as NotificationId)).content[canary.channelTag];
      return entry && { outcome: entry.outcome, reason: entry.reason ?? null };
    };
    const seenBy = isAdmin ? "as GET …/deliveries tells" : "as the ledger tells";
    await take(
      "delivered",
      () => beDelivered(look, { withinMs, stop }),
      () => seenBy,
    );
  } catch (error) {
    // Also after Ctrl-C. That it fails is not the reason of the end, and is said beside it.
    await canary
      .remove()
      .catch(() => output.note("The canary is still subscribed. It ends by itself within ten minutes."));
    throw error;
  }
  await take("canary removed", canary.remove);
};
