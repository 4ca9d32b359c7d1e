import * as z from "zod";
import type { Account } from "./app/account.ts";
import type { Action } from "./app/feed-client.ts";
import type { Fault } from "./faults.ts";
import { platformTypes } from "./platform-type.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

const receivedSchema = z.object({
  seq: z.number(),
  /** When it came, ISO 8601. */
  at: z.string(),
  /** The device's name; null when the push was addressed to nobody. */
  device: z.string().nullable(),
  deviceId: z.string().nullable(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  content: z.string().nullable(),
  status: z.number().nullable(),
  reason: z.string().optional(),
  /** What a real browser said of it: 100 delivered, 101 cannot be decrypted, 102 not delivered. */
  ack: z.number().optional(),
});
const newDeviceSchema = z.object({
  name: z.string(),
  deviceId: z.string(),
  platformType: z.enum(platformTypes),
  /** Exactly what a subscription takes as its `channel`. */
  channel: z.record(z.string(), z.unknown()),
});
const deviceSchema = newDeviceSchema.extend({
  kind: z.enum(["virtual", "browser"]),
  online: z.boolean(),
  waiting: z.number(),
  /** Of devices whose app is ours: all but browsers. */
  app: z
    .object({
      isSignedIn: z.boolean(),
      user: z.string().nullable(),
      mark: z.string().nullable(),
      isUpToDate: z.boolean(),
    })
    .optional(),
  /** Empty for a real browser: what it shows is its own business. */
  screen: z.array(
    z.object({
      /** The number of the arrival that showed it; none when the app showed it by itself. */
      seq: z.number().optional(),
      at: z.string(),
      id: z.string().optional(),
      topic: z.string().optional(),
      content: z.string(),
    }),
  ),
});

/**
 * What a push service noted of one push: delivered, undecryptable (201 without content) or refused. A real browser's is noted when the
 * browser has acknowledged it, without content, for the browser alone can decrypt it.
 */
type Received = z.infer<typeof receivedSchema>;
export type NewDevice = z.infer<typeof newDeviceSchema>;
/** A device with the toasts it shows, oldest first, and how many messages wait for it to come online. */
export type VirtualDevice = z.infer<typeof deviceSchema>;

/** What a new device may be: see the control API's `POST /_devices`. */
type DeviceWish = {
  readonly count?: number;
  readonly name?: string;
  readonly applicationServerKey?: string | null;
  readonly bundleId?: string;
  readonly environment?: "production" | "sandbox";
  readonly packageName?: string;
};

/** What a person does on a device about a notification, which is named in one of two ways. */
type Act = { readonly action: Action } & ({ readonly notificationId: string } | { readonly appNotificationId: string });

/** The control API of a push service. Every call throws, with the service's own sentence, when it is refused. */
export type PushControl = {
  /** What was received after number `since` (0: all that is kept), in order. */
  readonly received: (since?: number) => Promise<readonly Received[]>;
  /** The first push after `since` that is as wanted; throws, telling what came instead, when none is within the milliseconds (5,000). */
  readonly waitFor: (
    isWanted: (received: Received) => boolean,
    limits?: { readonly within?: number; readonly since?: number },
  ) => Promise<Received>;
  readonly clearReceived: () => Promise<void>;
  /** The first so many, all by default; `stop` gives up. */
  readonly devices: (only?: {
    readonly limit?: number;
    readonly stop?: AbortSignal;
  }) => Promise<readonly VirtualDevice[]>;
  readonly createDevices: (wish?: DeviceWish) => Promise<readonly NewDevice[]>;
  /** One device more. */
  readonly createDevice: (wish?: DeviceWish) => Promise<NewDevice>;
  readonly setOnline: (device: string, online: boolean) => Promise<VirtualDevice>;
  /** The app on it unsubscribes: from now on its senders are told that it is gone. */
  readonly removeDevice: (device: string) => Promise<void>;
  /** Signs a user in to the app on it, which then reads the feed. */
  readonly setAccount: (device: string, account: Account) => Promise<void>;
  /** Resolves when the feed has taken it, and the device's own screen shows it. */
  readonly act: (device: string, act: Act) => Promise<void>;
  readonly addFault: (fault: Fault) => Promise<void>;
  readonly faults: () => Promise<readonly unknown[]>;
  readonly clearFaults: () => Promise<void>;
};

const longestPollMs = 10_000;

/** Speaks to the control API at this URL, as `stack.json` names it. */
export const pushControl = (controlUrl: string): PushControl => {
  const call = async <T>(
    schema: z.ZodType<T>,
    method: string,
    path: string,
    { body, stop }: { readonly body?: unknown; readonly stop?: AbortSignal | undefined } = {},
  ): Promise<T> => {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const timeLimit = AbortSignal.timeout(60_000);
    const signal = stop ? firstSignal([stop, timeLimit]) : timeLimit;
    const response = await fetch(new URL(path, controlUrl), { method, signal, ...content });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return schema.parse(text === "" ? undefined : JSON.parse(text));
  };
  const device = (nameOrId: string): string => `/_devices/${encodeURIComponent(nameOrId)}`;
  const receivedWithin = (since: number, waitMs: number): Promise<Received[]> =>
    call(z.array(receivedSchema), "GET", `/_received?since=${since}&waitMs=${waitMs}`);

  const waitFor: PushControl["waitFor"] = async (isWanted, { within = 5_000, since = 0 } = {}) => {
    const deadline = performance.now() + within;
    const others: Received[] = [];
    for (;;) {
      const waitMs = Math.max(0, Math.min(longestPollMs, Math.ceil(deadline - performance.now())));
      const came = await receivedWithin(others.at(-1)?.seq ?? since, waitMs);
      const wanted = came.find(isWanted);
      if (wanted) return wanted;
      others.push(...came);
      if (performance.now() >= deadline) throw new Error(`not received within ${within} ms. Instead: ${told(others)}`);
    }
  };
  const createDevices: PushControl["createDevices"] = (wish = {}) =>
    call(z.array(newDeviceSchema), "POST", "/_devices", { body: { count: 1, ...wish } });

  return {
    received: (since = 0) => receivedWithin(since, 0),
    waitFor,
    clearReceived: () => call(z.undefined(), "DELETE", "/_received"),
    devices: ({ limit, stop } = {}) =>
      call(z.array(deviceSchema), "GET", limit === undefined ? "/_devices" : `/_devices?limit=${limit}`, { stop }),
    createDevices,
    createDevice: async (wish = {}) => {
      const [made] = await createDevices({ ...wish, count: 1 });
      if (!made) throw new Error("The push service made no device.");
      return made;
    },
    setOnline: (nameOrId, online) => call(deviceSchema, "PATCH", device(nameOrId), { body: { online } }),
    removeDevice: (nameOrId) => call(z.undefined(), "DELETE", device(nameOrId)),
    setAccount: (nameOrId, account) => call(z.undefined(), "PUT", `${device(nameOrId)}/account`, { body: account }),
    act: (nameOrId, act) => call(z.undefined(), "POST", `${device(nameOrId)}/_act`, { body: act }),
    addFault: async (fault) => {
      await call(z.unknown(), "POST", "/_faults", { body: fault });
    },
    faults: () => call(z.array(z.unknown()), "GET", "/_faults"),
    clearFaults: () => call(z.undefined(), "DELETE", "/_faults"),
  };
};

const told = (received: readonly Received[]): string =>
  received
    .map(({ seq, device, status, content, reason }) => [seq, device, status, content ?? reason].join(" "))
    .join("\n") || "nothing";
