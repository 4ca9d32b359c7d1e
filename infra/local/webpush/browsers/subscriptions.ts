import { randomBytes } from "node:crypto";
import { v7 as newDeviceId } from "uuid";
import { numberedNames } from "../../push/device-names.ts";
import type { Device } from "../../push/devices.ts";
import type { BrowserRegistration } from "../registration.ts";
import { canonicalPublicKey } from "../subscription-keys.ts";
import type { BrowserMessage, ServiceMessage } from "./browser-message.ts";
import type { Reception } from "./reception.ts";

type Register = Extract<BrowserMessage, { messageType: "register" }>;
type Unregister = Extract<BrowserMessage, { messageType: "unregister" }>;

/** What a browser's pages ask for: subscriptions, each a device of the control API. Both answer once it is written. */
export type Subscriptions = {
  /**
   * The same channelID with the same key is the same subscription. With another key it is refused with 409: autopush would make a second
   * endpoint of it, but Firefox asks with a channelID of its own each time, so that only a fault can come here.
   */
  readonly register: (uaid: string, wish: Register) => Promise<ServiceMessage>;
  /** From now on senders are told that it is gone. One that is not known is gone already. */
  readonly unregister: (uaid: string, wish: Unregister) => Promise<ServiceMessage>;
};

export const subscriptionsAt = (reception: Reception, userAgent: string): Subscriptions => {
  const { state, subscriptionsOf, endpointOf, end } = reception;
  const { devices, store } = state;
  const find = (uaid: string, channelId: string): Device<BrowserRegistration> | undefined =>
    subscriptionsOf(uaid).find(({ own }) => own.channelId === channelId);
  const subscribed = (own: BrowserRegistration): Device<BrowserRegistration> => ({
    deviceId: newDeviceId(),
    name: numberedNames(userAgent.includes("Firefox/") ? "firefox" : "browser", devices.isTaken)(),
    address: randomBytes(24).toString("base64url"),
    online: true,
    removed: false,
    own,
  });

  return {
    register: async (uaid, { channelID, key }) => {
      const refused = (status: 400 | 409, error: string): ServiceMessage => ({
        messageType: "register",
        channelID,
        status,
        pushEndpoint: "",
        error,
      });
      const applicationServerKey = typeof key === "string" ? canonicalPublicKey(key) : null;
      if (applicationServerKey === undefined) return refused(400, "key: must be an uncompressed P-256 public key");
      const known = find(uaid, channelID);
      if (known && known.own.applicationServerKey !== applicationServerKey)
        return refused(409, "The channelID is registered with another key.");
      const device = known ?? subscribed({ kind: "browser", uaid, channelId: channelID, applicationServerKey });
      await store.commit(known ? [] : devices.put(device));
      if (!known) state.say(device.name, "(subscribed)");
      return { messageType: "register", channelID, status: 200, pushEndpoint: endpointOf(device) };
    },
    unregister: async (uaid, { channelID, code }) => {
      const device = find(uaid, channelID);
      if (device) {
        const gone = devices.put({ ...device, online: false, removed: true });
        await store.commit([...gone, ...end(device)]);
        state.say(device.name, `(unsubscribed: ${unregisterReasons[code ?? 200] ?? String(code)})`);
      }
      return { messageType: "unregister", channelID, status: 200 };
    },
  };
};

/** Why a browser ends a subscription, as Firefox numbers it. */
const unregisterReasons: Readonly<Record<number, string>> = {
  200: "its page did",
  201: "too many pushes showed nothing",
  202: "notifications are not permitted any more",
};
