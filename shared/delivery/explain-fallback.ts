import { alertAt } from "../notification/fallback.ts";
import { printInstant } from "../notification/instant.ts";
import type { Notification } from "../notification/notification.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { channelsThatFetched, type Fetched } from "./fetched.ts";
import { andNext, latestOf, meaning, type Latest } from "./in-words.ts";
import type { LedgerEntry, Told } from "./ledger.ts";
import { isAlertable, notReached, notRung, silenceOf, type IsServed, type Reachable } from "./reach.ts";

/** What became of the alert that a device gets which does not fetch the notification in time. */
export type Alert = Latest & {
  readonly dueDateTime: string;
  /** Why it was alerted, will be, or is not: a sentence for people. */
  readonly explanation: string;
};

type Device = Reachable & Pick<Subscription, "id" | "channelTag">;
type Standing = {
  readonly notification: Notification;
  readonly subscriptions: readonly Device[];
  readonly ledger: Told;
  readonly isServed: IsServed;
  readonly fetched: Fetched;
  readonly now: number;
};

/** Tells of each device what became of its alert; null where the notification has none for it, or ends before. */
export const alertsOf = (standing: Standing): ((device: Device) => Alert | null) => {
  const { notification, subscriptions, ledger, isServed, now } = standing;
  const { contentVersion } = notification;
  const due = alertAt(notification);
  const fetched = channelsThatFetched(subscriptions, standing.fetched, contentVersion);
  const whyNot = (device: Device): string | undefined => {
    const silence = notRung(notification, device) ?? notReached(device, isServed);
    if (silence) return silenceOf(silence, device);
    return fetched.has(device.channelTag) ? "it has fetched the notification" : undefined;
  };
  return (device) => {
    if (due === undefined || !isAlertable(notification, device)) return null;
    const latest = ledger.fallback[device.channelTag];
    const entry = latest && latest.told >= contentVersion ? latest : undefined;
    return {
      dueDateTime: printInstant(due),
      ...latestOf(entry),
      explanation: entry ? tried(entry, whyNot(device)) : untried(due, now, whyNot(device)),
    };
  };
};

const tried = (entry: LedgerEntry, silence: string | undefined): string =>
  `Alerted, for it had not fetched the notification: ${meaning(entry)}${andNext(entry, silence)}`;

const untried = (due: number, now: number, silence: string | undefined): string => {
  if (silence !== undefined) return `No alert: ${silence}.`;
  return now < due
    ? `An alert comes at ${printInstant(due)}, unless it fetches the notification before.`
    : "Not alerted yet: its message waits on the queue, or lies among the dead letters.";
};
