import { answerTo, isBug } from "../../functions/api/http.ts";
import type { Answer } from "../../functions/api/http.ts";
import { Unavailable } from "../../shared/unavailable.ts";
import { callsOf, type Caller } from "./calls.ts";
import type { Devices } from "./devices.ts";
import { operationsOf, partsOf, triggersOf, type OperationName, type Parts } from "./instance.ts";
import type { Received } from "./queue.ts";
import { base, requestOf, type Asked } from "./request.ts";
import type { World } from "./world.ts";

/** What a client hears. `broken`: nothing, and nobody knows what became of it. */
export type Reply =
  | { readonly kind: "answer"; readonly status: number; readonly retryAfterSeconds: number; readonly body: unknown }
  | { readonly kind: "broken" };

/** Versions that one request stored, in their order. */
type Versions = readonly { readonly id: string; readonly version: number }[];
/** What is told, behind the client's back, of what becomes of its request. */
export type Telling = {
  /** A version was stored for it. */
  readonly stored?: (version: Versions[number]) => void;
  /** It was accepted: at the moment of the answer, be it lost afterwards. */
  readonly accepted?: (versions: Versions) => void;
};

/** A client waits so long at most. */
const patienceMs = 60_000;

/** The instances of the app, each as long as it lives, behind what clients call the service and the queue's trigger. */
export const clusterFrom = (world: World, devices: Devices) => {
  const { random, scheduler, weather, queue, trace, settings } = world;
  const instances: (ReturnType<typeof instanceFrom> | undefined)[] = [];
  const way = (): number => Math.floor(random.next() ** 2 * weather.latencyMs);

  /** Has every instance look for messages, now, and when the next one comes by itself. */
  let armedFor = Infinity;
  const lookForMessages = (): void => {
    for (const instance of instances) instance?.pullSoon();
    const due = queue.nextDue();
    if (due === undefined || due >= armedFor) return;
    armedFor = due;
    scheduler.after(due - scheduler.now(), () => {
      armedFor = Infinity;
      queue.counts(); // lets happen what is due
      lookForMessages();
    });
  };

  const runs = new Map<string, number>();
  /** Counts who else is at the same, until what is returned is called. A run whose instance died is at it no more, and not forgotten: it may have been. */
  const meet = (messageId: string): (() => void) => {
    const [notification = ""] = messageId.split(":");
    for (const name of new Set([messageId, notification])) {
      const others = runs.get(name) ?? 0;
      if (others > 0) world.count(name === messageId ? "two runs of one message" : "two runs of one notification");
      runs.set(name, others + 1);
    }
    return () => {
      for (const name of [messageId, notification]) runs.set(name, (runs.get(name) ?? 1) - 1);
    };
  };

  const instanceFrom = (slot: number, life: number) => {
    let isAlive = true;
    const dying = new Set<() => void>();
    const crash = (): void => {
      if (!isAlive) return;
      isAlive = false;
      world.count("crashes");
      trace.line(caller.name, "dies");
      for (const tell of [...dying]) tell();
      scheduler.after(random.pick([100, 2_000, 2_000, 40_000]), () => start(slot, life + 1));
    };
    const caller: Caller = { name: `${slot === 0 ? "A" : "B"}${life}`, isAlive: () => isAlive, crash };
    const parts: Parts = partsOf(world, { caller, skewMs: weather.skewsMs[slot] ?? 0, devices });
    const triggers = triggersOf(parts);
    const calls = callsOf(world, caller);
    let inHand = 0;

    let isAboutToPull = false;
    const pullSoon = (): void => {
      if (isAboutToPull) return;
      isAboutToPull = true;
      scheduler.after(way(), () => {
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
      const verdict = await triggers
        .deliver(body, {
          deliveryCount,
          emit: (event) => world.count(`event: ${event.event}`),
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

  const start = (slot: number, life: number): void => {
    instances[slot] = instanceFrom(slot, life);
    trace.line(instances[slot].caller.name, "starts");
    lookForMessages();
  };

  const living = () => instances.filter((instance) => instance?.caller.isAlive() === true);

  /** Asks the service something, by way of one instance. */
  const ask = async (who: string, name: OperationName, asked: Asked, telling: Telling = {}): Promise<Reply> => {
    const fault = world.faultOf(weather.requests);
    if (fault) world.count(`request: ${fault}`);
    trace.line(who, `asks: ${name} ${asked.id ?? ""}${asked.query ?? ""} ${JSON.stringify(asked.body ?? {})}`);
    await scheduler.sleep(way());
    const instance = random.pickOf(living());
    if (!instance || fault === "never arrives") {
      await scheduler.sleep(random.whole(0, 3_000));
      trace.line(who, `hears nothing to ${name}`);
      return { kind: "broken" };
    }
    return new Promise((resolve) => {
      const hear = (reply: Reply): void => {
        instance.dying.delete(breakOff);
        const said = reply.kind === "broken" ? "nothing" : `${reply.status}`;
        trace.line(who, `hears ${said} to ${name}`);
        world.count(`${name}: ${said}`);
        resolve(reply);
      };
      let isOver = false;
      const once = (reply: Reply): void => {
        if (isOver) return;
        isOver = true;
        hear(reply);
      };
      const breakOff = (): void => once({ kind: "broken" });
      instance.dying.add(breakOff);
      scheduler.after(patienceMs, breakOff);
      void instance.handle(name, asked, telling).then((answer) => {
        trace.line(instance.caller.name, `answers ${answer.status} to ${name} of ${who}`);
        const reply = fault === "answer lost" ? { kind: "broken" as const } : replyOf(answer);
        scheduler.after(way(), () => once(reply));
      });
    });
  };

  const purge = (): void => {
    const instance = random.pickOf(living());
    instance
      ?.purge((event) => world.count(`event: ${event.event}`))
      .catch((error: unknown) => {
        // A run that our own stores keep from its end fails, and the next one goes on.
        if (!(error instanceof Unavailable)) world.violate(`The purge throws: ${whole(error)}`);
      });
  };

  return {
    ask,
    purge,
    start,
    lookForMessages,
    kill: () => random.pickOf(living())?.caller.crash(),
  };
};

export type Cluster = ReturnType<typeof clusterFrom>;

const ids = { requestId: "request", clientRequestId: "request" };

const replyOf = ({ status, headers = {}, body }: Answer): Reply => ({
  kind: "answer",
  status,
  retryAfterSeconds: Number(headers["Retry-After"] ?? 0),
  body,
});

const whole = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
