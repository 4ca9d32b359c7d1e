import type { Device } from "../../push/devices.ts";
import type { PushState } from "../../push/state.ts";
import type { Change } from "../../push/store.ts";
import type { WaitingMessage, WaitingMessages } from "../../push/waiting-messages.ts";
import type { BrowserRegistration, Registration } from "../registration.ts";
import type { BrowserMessage, ServiceMessage } from "./browser-message.ts";

/** The way to a browser while it is connected. */
export type Line = {
  readonly send: (message: ServiceMessage) => void;
  /** Ends the connection: nothing more is heard on it. A browser comes back by itself after some seconds, unless it was `replaced`. */
  readonly end: (why: "protocol-fault" | "replaced", sentence: string) => void;
};

/** One connection of a browser, from its hello to its end. */
export type Visit = {
  /** Resolves when all that follows is written. */
  readonly heard: (said: BrowserMessage) => Promise<void>;
  readonly tell: (device: Device<BrowserRegistration>, message: WaitingMessage) => void;
  /** The subscription has ended. */
  readonly forget: (deviceId: string) => void;
  /** Another connection says that it is this browser. */
  readonly replaced: () => void;
  /** The connection is broken: what was not acknowledged goes out on the next. */
  readonly left: () => void;
};

/** What the service lends its browsers. */
export type BrowsersUse = {
  readonly state: PushState<Registration>;
  readonly waiting: WaitingMessages;
  /** Where senders reach a subscription. */
  readonly endpointOf: (device: Device<Registration>) => string;
  /** Takes what must be seen although nobody asked to see pushes. */
  readonly alarm: (line: string) => void;
  /** After how long without an acknowledgement a browser's silence is noted. */
  readonly ackWithinMs: number;
};

/** What visits share. */
export type Reception = BrowsersUse & {
  /** Who is there, by uaid. */
  readonly here: Map<string, Visit>;
  readonly subscriptionsOf: (uaid: string) => readonly Device<BrowserRegistration>[];
  /** Notes, in memory alone, that a browser came or went: nobody is connected when the service starts. */
  readonly setOnline: (uaid: string, online: boolean) => void;
  /** The subscription has ended, and what is kept and under way for it has nobody to arrive at. */
  readonly end: (device: Device<BrowserRegistration>) => Change[];
};
