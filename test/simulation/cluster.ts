import type { Answer } from "../../functions/api/http.ts";
import { Unavailable } from "../../shared/unavailable.ts";
import type { Devices } from "./devices.ts";
import type { OperationName } from "./instance.ts";
import { livingInstance, whole, type Telling } from "./living-instance.ts";
import type { Asked } from "./request.ts";
import type { World } from "./world.ts";

/** What a client hears. `broken`: nothing, and nobody knows what became of it. */
export type Reply =
  | { readonly kind: "answer"; readonly status: number; readonly retryAfterSeconds: number; readonly body: unknown }
  | { readonly kind: "broken" };

/** A client waits so long at most. */
const patienceMs = 60_000;

/** The instances of the app, each as long as it lives, behind what clients call the service and the queue's trigger. */
export const clusterFrom = (world: World, devices: Devices) => {
  const { random, scheduler, weather, queue, trace } = world;
  const instances: (ReturnType<typeof livingInstance> | undefined)[] = [];

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

  const start = (slot: number, life: number): void => {
    const instance = livingInstance(world, devices, {
      name: `${slot === 0 ? "A" : "B"}${life}`,
      skewMs: weather.skewsMs[slot] ?? 0,
      lookForMessages,
      meet,
      onDeath: () => scheduler.after(random.pick([100, 2_000, 2_000, 40_000]), () => start(slot, life + 1)),
    });
    instances[slot] = instance;
    trace.line(instance.caller.name, "starts");
    lookForMessages();
  };

  const living = () => instances.filter((instance) => instance?.caller.isAlive() === true);

  /** Asks the service something, by way of one instance. */
  const ask = async (who: string, name: OperationName, asked: Asked, telling: Telling = {}): Promise<Reply> => {
    const fault = world.faultOf(weather.requests);
    if (fault) world.count(`request: ${fault}`);
    trace.line(who, `asks: ${name} ${asked.id ?? ""}${asked.query ?? ""} ${JSON.stringify(asked.body ?? {})}`);
    await scheduler.sleep(world.way());
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
        scheduler.after(world.way(), () => once(reply));
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

const replyOf = ({ status, headers = {}, body }: Answer): Reply => ({
  kind: "answer",
  status,
  retryAfterSeconds: Number(headers["Retry-After"] ?? 0),
  body,
});
