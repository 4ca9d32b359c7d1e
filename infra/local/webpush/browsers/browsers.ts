import type { Device } from "../../push/devices.ts";
import type { WaitingMessage } from "../../push/waiting-messages.ts";
import { isBrowsers, type BrowserRegistration } from "../registration.ts";
import type { BrowsersUse, Line, Reception, Visit } from "./reception.ts";
import { browserVisit } from "./visit.ts";

/** The real browsers that use the service, of which some are connected. */
export type Browsers = {
  /** A browser connected. What it says is for the visit, until it has left. */
  readonly connected: (line: Line, userAgent: string) => Visit;
  /** Sends a message that is kept to its browser, if that is connected; else it goes out at the next hello. */
  readonly tell: (device: Device<BrowserRegistration>, message: WaitingMessage) => void;
  readonly end: Reception["end"];
};

/** Nobody is connected to begin with. */
export const browsersOf = (use: BrowsersUse): Browsers => {
  const { state, waiting } = use;
  const { devices } = state;
  const here = new Map<string, Visit>();
  const subscriptions = (): readonly Device<BrowserRegistration>[] => devices.all().filter(isBrowsers);
  const subscriptionsOf = (uaid: string): readonly Device<BrowserRegistration>[] =>
    subscriptions().filter(({ own }) => own.uaid === uaid);
  const setOnline = (uaid: string, online: boolean): void => {
    for (const device of subscriptionsOf(uaid)) devices.put({ ...device, online });
  };
  const end: Reception["end"] = ({ deviceId, own }) => {
    here.get(own.uaid)?.forget(deviceId);
    return waiting.forget(deviceId);
  };
  for (const device of subscriptions()) devices.put({ ...device, online: false });

  const reception: Reception = { ...use, here, subscriptionsOf, setOnline, end };
  return {
    connected: (line, userAgent) => browserVisit(reception, line, userAgent),
    tell: (device, message) => here.get(device.own.uaid)?.tell(device, message),
    end,
  };
};
