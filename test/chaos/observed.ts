import type { Mark } from "./content.ts";

/** A content that the service answered 201 or 200. Times are epoch milliseconds. */
export type AcceptedPost = Mark & {
  readonly user: number;
  /** When it was asked to take it: devices that were subscribed before are meant. */
  readonly askedAt: number;
  readonly answeredAt: number;
  /** The id it was answered. */
  readonly id: string;
};

/** One time that a device was subscribed. A `deviceId` is a browser's push subscription, so its user's other channels are other ones. */
export type Registration = {
  readonly deviceId: string;
  readonly user: number;
  readonly askedAt: number;
  readonly answeredAt: number;
};

/** A request that the push service got. */
export type Arrival = {
  readonly at: number;
  readonly deviceId: string | null;
  /** What its sender was answered; null: nothing. */
  readonly status: number | null;
  /** What the device decrypted, if it got that far. */
  readonly mark: Mark | undefined;
  /** How the push names its notification, which is not encrypted. */
  readonly topic: string | undefined;
};

/** The marks of the toasts that each device shows, by its id. */
export type Screens = ReadonlyMap<string, readonly Mark[]>;

/** What callers were answered and what devices got. */
export type Observed = {
  readonly accepted: readonly AcceptedPost[];
  /** Notifications of which nobody knows what was stored last, for a request that its caller gave up may have come late. */
  readonly unsure: ReadonlySet<number>;
  readonly registrations: readonly Registration[];
  /** Devices whose channel their user ended, and when. */
  readonly ended: ReadonlyMap<string, number>;
  readonly arrivals: readonly Arrival[];
  readonly screens: Screens;
};
