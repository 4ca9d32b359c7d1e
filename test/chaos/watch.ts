import type { PushControl } from "../../infra/local/push/control-client.ts";
import { markIn } from "./content.ts";
import type { Arrival, Screens } from "./observed.ts";
import { isGone } from "./owed.ts";
import { pause } from "./pause.ts";

const lookEveryMs = 300;
/** How long an app may go on without noticing that its push service said 410. */
const noticedWithinMs = 8_000;

/** Reads what the push service got, as it comes. */
export const watch = (push: Pick<PushControl, "received" | "devices">, stop: AbortSignal) => {
  const arrivals: Arrival[] = [];
  let seen = 0;
  let looking: Promise<void> | undefined;

  const lookOnce = async (): Promise<void> => {
    for (const { seq, at, deviceId, status, content, headers } of await push.received(seen)) {
      seen = seq;
      const topic = headers.topic;
      arrivals.push({
        ...{ at: Date.parse(at), deviceId, status, mark: markIn(content) },
        topic: typeof topic === "string" ? topic : undefined,
      });
    }
  };
  /** Reads what came since. Two that look at once look together: each push is taken once. */
  const look = (): Promise<void> => (looking ??= lookOnce().finally(() => (looking = undefined)));

  const toldGone = async (deviceId: string, since: number): Promise<void> => {
    const isTold = (): boolean =>
      arrivals.some((arrival) => arrival.deviceId === deviceId && arrival.at >= since && isGone(arrival));
    while (!isTold() && Date.now() < since + noticedWithinMs && !stop.aborted) {
      await look();
      await pause(20, stop);
    }
  };

  const screens = async (): Promise<Screens> =>
    new Map(
      (await push.devices()).map(({ deviceId, screen }) => [
        deviceId,
        screen.flatMap(({ content }) => markIn(content) ?? []),
      ]),
    );

  /** Looks until it is stopped. */
  const run = async (): Promise<void> => {
    while (!stop.aborted) {
      await look();
      await pause(lookEveryMs, stop);
    }
  };
  return { arrivals, look, run, toldGone, screens };
};
