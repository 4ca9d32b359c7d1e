import { milliseconds, type Clock } from "../clock.ts";
import type { Backlog } from "../fanout/backlog.bus.ts";
import type { Fanout } from "../fanout/fanout.ts";
import { Unavailable } from "../unavailable.ts";
import type { Busy } from "./busy.ts";
import { gate } from "./gate.ts";
import { throttled } from "./throttled.ts";

type Uses = {
  readonly fanout: Fanout;
  /** How many messages wait in the queue; undefined where that cannot be asked. */
  readonly backlog: Backlog | undefined;
  /** More waiting messages than this are a backlog to wait for. */
  readonly backlogLimit: number;
  readonly clock: Clock;
};

/** After a send that failed nobody tries for so long. */
const pauseMs = 5 * milliseconds.second;
/** From one look at the queue to the next. */
const lookEveryMs = 10 * milliseconds.second;

/**
 * The same fanout, watched, and the port that says what was seen: a send that failed shuts writes out for five seconds, then
 * a few are let through, more each second, until one got to the bus. A send fails within eight seconds, so while the bus is away few find
 * it out. While writes come, the backlog is looked at every ten seconds, behind their backs; a look that fails shuts nobody out, and
 * ends what an earlier one said.
 */
export const busyWatch = ({ fanout, backlog, backlogLimit, clock }: Uses): { fanout: Fanout; busy: Busy } => {
  const bus = gate();
  const queue = gate();
  let lookAgainAt = 0;

  const look = async (count: Backlog, nextAt: number): Promise<void> => {
    const waiting = await count().catch(() => 0);
    if (waiting > backlogLimit) queue.close(nextAt);
    else queue.open();
  };

  return {
    fanout: {
      send: async (job, until) => {
        try {
          await fanout.send(job, until);
          bus.open();
        } catch (error) {
          if (error instanceof Unavailable) bus.close(clock.now() + pauseMs);
          throw error;
        }
      },
    },
    busy: {
      check: () => {
        const now = clock.now();
        const queueUntil = queue.enter(now);
        const until = queueUntil ?? bus.enter(now);
        if (backlog && now >= lookAgainAt) {
          lookAgainAt = now + lookEveryMs;
          void look(backlog, lookAgainAt);
        }
        if (until === undefined) return;
        const by = queueUntil === undefined ? "bus-away" : "backlog";
        throw throttled("The service is busy. Try again later.", { by, until, now });
      },
    },
  };
};
