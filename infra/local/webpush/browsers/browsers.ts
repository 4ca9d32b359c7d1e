import type { Device } from "../../push/devices.ts";
import type { PushState } from "../../push/state.ts";
import type { Change } from "../../push/store.ts";
import type { WaitingMessage, WaitingMessages } from "../../push/waiting-messages.ts";
import { isBrowsers, type BrowserRegistration, type Registration } from "../registration.ts";
import { browserVisit, type Line, type Visit } from "./visit.ts";

/** The real browsers that use the service, of which some are connected. */
export type Browsers = {
  /** A browser connected. What it says is for the visit, until it has left. */
  readonly connected: (line: Line, userAgent: string) => Visit;
  /** Sends a message that is kept to its browser, if that is connected; else it goes out at the next hello. */
  readonly tell: (device: Device<BrowserRegistration>, message: WaitingMessage) => void;
  /** The subscription has ended, and what is kept and under way for it has nobody to arrive at. */
  readonly end: (device: Device<BrowserRegistration>) => Change[];
};

type Use = {
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
export type Reception = Use &
  Pick<Browsers, "end"> & {
    /** Who is there, by uaid. */
    readonly here: Map<string, Visit>;
    readonly subscriptionsOf: (uaid: string) => readonly Device<BrowserRegistration>[];
    /** Notes, in memory alone, that a browser came or went: nobody is connected when the service starts. */
    readonly setOnline: (uaid: string, online: boolean) => void;
  };

/** Nobody is connected to begin with. */
export const browsersOf = (use: Use): Browsers => {
  const { state, waiting } = use;
  const { devices } = state;
  const here = new Map<string, Visit>();
  const subscriptions = (): readonly Device<BrowserRegistration>[] => devices.all().filter(isBrowsers);
  const subscriptionsOf = (uaid: string): readonly Device<BrowserRegistration>[] =>
    subscriptions().filter(({ own }) => own.uaid === uaid);
  const setOnline = (uaid: string, online: boolean): void => {
    for (const device of subscriptionsOf(uaid)) devices.put({ ...device, online });
  };
  const end: Browsers["end"] = ({ deviceId, own }) => {
    here.get(own.uaid)?.forget(deviceId);
    return waiting.forget(deviceId);
  };
  for (const device of subscriptions()) devices.put({ ...device, online: false });

  const reception = { ...use, here, subscriptionsOf, setOnline, end };
  return {
    connected: (line, userAgent) => browserVisit(reception, line, userAgent),
    tell: (device, message) => here.get(device.own.uaid)?.tell(device, message),
    end,
  };
};
