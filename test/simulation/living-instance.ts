import { answerTo, isBug, type Answer } from "../../functions/api/http.ts";
import { Unavailable } from "../../shared/unavailable.ts";
import { callsOf, type Caller } from "./calls.ts";
import type { Devices } from "./devices.ts";
import { operationsOf, partsOf, triggersOf, type OperationName, type Parts } from "./instance.ts";
import type { Received } from "./queue.ts";
import { base, requestOf, type Asked } from "./request.ts";
import type { FanfareEvent } from "../../shared/telemetry/events.ts";
import type { World } from "./world.ts";

/** Versions that one request stored, in their order. */
type Versions = readonly { readonly id: string; readonly version: number }[];
/** What is told, behind the client's back, of what becomes of its request. */
export type Telling = {
  /** A version was stored for it. */
  readonly stored?: (version: Versions[number]) => void;
  /** It was accepted: at the moment of the answer, be it lost afterwards. */
  readonly accepted?: (versions: Versions) => void;
};

type Life = {
  readonly name: string;
  /** How far its clock is ahead of the true time; milliseconds. */
  readonly skewMs: number;
  /** There may be messages: every instance is to look. */
  readonly lookForMessages: () => void;
  /** Told which message a run is at; called in turn when it is at it no more. */
  readonly meet: (messageId: string) => () => void;
  readonly onDeath: () => void;
};

/** An instance of the app from its start to its death, as the queue's trigger and clients meet it. */
export const livingInstance = (world: World, devices: Devices, life: Life) => {
  const { random, scheduler, weather, queue, trace, settings } = world;
  const { name, skewMs, lookForMessages, meet, onDeath } = life;
  let isAlive = true;
  const dying = new Set<() => void>();
  const crash = (): void => {
    if (!isAlive) return;
    isAlive = false;
    world.count("crashes");
    trace.line(caller.name, "dies");
    for (const tell of [...dying]) tell();
    onDeath();
  };
  const caller: Caller = { name, isAlive: () => isAlive, crash };
  const parts: Parts = partsOf(world, { caller, skewMs, devices });
  const triggers = triggersOf(parts);
  const calls = callsOf(world, caller);
  let inHand = 0;

  let isAboutToPull = false;
  const pullSoon = (): void => {
    if (isAboutToPull) return;
    isAboutToPull = true;
    scheduler.after(world.way(), () => {
      isAboutToPull = false;
      pull();
    });
  };

  const pull = (): void => {
    while (isAlive && inHand < settings.messagesAtOnce) {
      const message = queue.receive();
      if (!message) return;
      inHand += 1;
      void run(message).then(() => {
        inHand -= 1;
        lookForMessages();
      });
    }
  };

  const run = async (message: Received): Promise<void> => {
    const { token, body, deliveryCount, messageId } = message;
    world.count("deliveries");
    if (deliveryCount > 1) world.count("redeliveries");
    trace.line(caller.name, `gets ${messageId}${deliveryCount > 1 ? `, delivery ${deliveryCount}` : ""}`);
    let isAtIt = true;
    const leave = meet(messageId);
    endanger(message, () => isAtIt && isAlive);
    const told: FanfareEvent[] = [];
    const verdict = await triggers
      .deliver(body, {
        deliveryCount,
        emit: (event) => {
          world.count(`event: ${event.event}`);
          told.push(event);
        },
        bug: (error) => world.violate(`A delivery shows a bug: ${String(error)}`),
      })
      .then(
        () => "complete" as const,
        (error: unknown) => {
          if (!(error instanceof Unavailable)) world.violate(`A delivery throws: ${whole(error)}`);
          return "abandon" as const;
        },
      );
    isAtIt = false;
    leave();
    if (verdict === "complete") devices.alertsAreDone(told);
    const effect = (): Promise<unknown> => Promise.resolve(queue[verdict](token));
    const what = `${verdict} ${messageId}`;
    await calls({ store: "bus", what, effect, limitMs: 8_000, isRepeatable: false }).catch(() => undefined);
  };

  /** What keeps the lock, and what takes it away while the run goes on. */
  const endanger = ({ token, lockedUntil, messageId }: Received, isAtIt: () => boolean): void => {
    const fault = world.faultOf(weather.messages);
    if (fault) world.count(`message: ${fault}`);
    if (fault === "lock not renewed") return;
    const renewMs = (lockedUntil - scheduler.now()) / 2;
    const renew = (): void => {
      if (isAtIt() && queue.renew(token) !== undefined) scheduler.after(renewMs, renew);
    };
    scheduler.after(renewMs, renew);
    if (!fault) return;
    const isLate = fault === "lock lost on the way";
    scheduler.after(isLate ? random.whole(0, random.pick([50, 2_000, 20_000])) : 0, () => {
      if (!isAtIt()) return;
      trace.line("queue", `takes ${messageId} away from ${caller.name}`);
      world.count("locks lost under a run");
      queue.loseLock(token);
      lookForMessages();
    });
  };

  const handle = async (name: OperationName, asked: Asked, { stored, accepted }: Telling): Promise<Answer> => {
    const versions: { id: string; version: number }[] = [];
    const operation = operationsOf(parts, ({ id, version }) => {
      versions.push({ id, version });
      stored?.({ id, version });
    })[name];
    try {
      const params = { id: asked.id };
      const answer = await operation({ request: requestOf(asked), params, base });
      accepted?.(versions);
      lookForMessages();
      return answer;
    } catch (error) {
      if (isBug(error)) world.violate(`${name} throws: ${whole(error)}`);
      return answerTo(error, ids, scheduler.now());
    }
  };

  return { caller, pullSoon, handle, dying, purge: triggers.purge };
};

const ids = { requestId: "request", clientRequestId: "request" };

export const whole = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
