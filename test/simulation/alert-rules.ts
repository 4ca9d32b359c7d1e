import type { Attempt } from "../../shared/channels/channel.ts";
import type { FanfareEvent } from "../../shared/telemetry/events.ts";
import type { Device } from "./device.ts";
import type { World } from "./world.ts";

/** No run alerts where it could read, so long before, that this was done or fetched. Its pushes may have waited their time, and land late. Milliseconds. */
const alertedWithinMs = 40_000;
/** The broker's clock, by which an alert is due, and the one by which its content came. Milliseconds. */
const clocksDifferMs = 10_000;

/** Whether each alert that reaches an iPhone is one that it should be told. `all`: the devices there are, at any time. */
export const alertRules = ({ scheduler, violate }: Pick<World, "scheduler" | "violate">, all: readonly Device[]) => {
  /** When a run has made, and recorded, what alerts of a notification were left to be made. */
  const alertsDone = new Map<string, number[]>();
  /** A run is over, which told this of itself. */
  const alertsAreDone = (told: readonly FanfareEvent[]): void => {
    const [event, ...more] = told.filter(({ event: name }) => ["delivery", "postponed", "lapsed"].includes(name));
    if (event?.event !== "delivery" || event.kind !== "fallback" || more.length > 0 || event.retryAt !== undefined)
      return;
    alertsDone.set(event.notificationId, [...(alertsDone.get(event.notificationId) ?? []), scheduler.now()]);
  };

  const checkAlert = (device: Device, { notification }: Attempt, what: string): void => {
    const { id, contentAt, contentVersion, fallback, platformTypes } = notification;
    const { status, readState, userActionState } = notification;
    if (!fallback || device.platform !== "iOS" || !platformTypes.includes("iOS")) {
      violate(`${what}, which has no alert for it.`);
    }
    if (status === "deleted" || readState === "read" || userActionState === "dismissed") {
      violate(`${what}, which the user has seen to.`);
    }
    if (fallback && scheduler.now() < contentAt + fallback.delaySeconds * 1_000 - clocksDifferMs) {
      violate(`${what} before the alert was due.`);
    }
    const before = scheduler.now() - alertedWithinMs;
    const isDone = (since: number): boolean => (alertsDone.get(id) ?? []).some((at) => at > since && at < before);
    const isAgain = device.heard.some(
      (one) => one.kind === "fallback" && one.id === id && one.contentVersion === contentVersion && isDone(one.at),
    );
    const isMoved = all.some((one) => one.heard === device.heard && one.registered.length > 1);
    if (isAgain && !isMoved) violate(`${what}, of which it was alerted before, and that was recorded.`);
    const isSettled = ({ registered }: Device): boolean => (registered.at(-1)?.at ?? Infinity) < before;
    const hasFetched = ({ marks }: Device): boolean =>
      marks.some((mark) => mark.id === id && mark.contentVersion >= contentVersion && mark.at < before);
    for (const other of all) {
      const isThere = other.stored?.address !== undefined && other.stored.address === device.stored?.address;
      if (other !== device && !(isThere && isSettled(other) && isSettled(device))) continue;
      if (hasFetched(other)) violate(`${what}, which ${other.name} had fetched.`);
    }
  };

  return { alertsAreDone, checkAlert };
};
