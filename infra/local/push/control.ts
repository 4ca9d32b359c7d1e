import { createServer, type Server } from "node:http";
import { v7 as newDeviceId } from "uuid";
import * as z from "zod";
import { Refused } from "../http/refused.ts";
import { controlListener, parsed, type Reply, type Route } from "./control-http.ts";
import { freeNames } from "./device-names.ts";
import type { Device } from "./devices.ts";
import { faultSchema } from "./faults.ts";
import type { PushState } from "./state.ts";
import type { Change } from "./store.ts";
import type { VirtualApps } from "./virtual-apps.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

type DeviceKind = "virtual" | "browser";

/** What a vendor's push service does for the control API, which is the same for all of them. */
export type Vendor<Own> = {
  /** Registers an app on a new device: its address and what only the vendor knows. Throws `Refused` when it cannot be as wished. */
  readonly register: (wish: DeviceWish) => Pick<Device<Own>, "address" | "own">;
  /** The channel, exactly as a subscription takes it. */
  readonly channelOf: (device: Device<Own>) => unknown;
  /** Whose device it is: a virtual one of ours, which is the default, or a real browser's. */
  readonly kindOf?: (device: Device<Own>) => DeviceKind;
  /** How many messages are kept for the device, which is offline, or has not said that it has them. */
  readonly waitingFor: (device: Device<Own>) => number;
  /** Hands over, before it first yields, what was kept for the device while it was offline; resolves when that is written. */
  readonly cameOnline: (device: Device<Own>) => Promise<void>;
  /** Forgets what is kept for a device that unsubscribed. */
  readonly forget: (device: Device<Own>) => Change[];
  /** Where senders push to. */
  readonly url: string;
  /** What its control API has beyond that of all vendors. */
  readonly routes?: readonly Route[];
  /** The apps on its devices, where they are ours (a browser's is the page). */
  readonly apps?: VirtualApps<Own>;
};

const devicesSchema = z.strictObject({
  count: z.int().min(1).max(10_000),
  name: z.string().min(1).max(100).optional(),
  /** Whose pushes it takes: another VAPID public key than the service's own, or null for anybody's. */
  applicationServerKey: z.string().nullable().optional(),
  bundleId: z.string().min(1).max(200).optional(),
  /** Which of Apple's two services it registers with. */
  environment: z.enum(["production", "sandbox"]).optional(),
  packageName: z.string().min(1).max(200).optional(),
});
/** What a new device shall be. Each vendor looks at its own members. */
type DeviceWish = Omit<z.infer<typeof devicesSchema>, "count" | "name">;

const receivedSchema = z.object({
  since: z.coerce.number().int().min(0).default(0),
  waitMs: z.coerce.number().int().min(0).max(60_000).default(0),
});
const listSchema = z.object({ limit: z.coerce.number().int().min(1).optional() });
const onlineSchema = z.strictObject({ online: z.boolean() });

/**
 * The control API of a push service (plain HTTP, JSON): what was received, faults to make, virtual devices.
 * Faulty input is answered 400 with `{"error": …}` naming what is wrong; unknown paths 404 with the list of what exists.
 */
export const controlServer = <Own>(state: PushState<Own>, vendor: Vendor<Own>): Server =>
  createServer(
    controlListener([
      ...receivedRoutes(state),
      ...faultRoutes(state),
      ...deviceRoutes(state, vendor),
      ...(vendor.apps?.routes ?? []),
      ...(vendor.routes ?? []),
    ]),
  );

const done: Reply = { status: 204 };

const receivedRoutes = <Own>({ received, store }: PushState<Own>): Route[] => [
  [
    "GET",
    "/_received",
    async ({ query, gone }) => {
      const { since, waitMs } = parsed(receivedSchema, query);
      if (waitMs > 0) await received.grown(since, firstSignal([gone, AbortSignal.timeout(waitMs)]));
      return { status: 200, items: received.since(since) };
    },
  ],
  [
    "DELETE",
    "/_received",
    async () => {
      await store.commit(received.clear());
      return done;
    },
  ],
];

const faultRoutes = <Own>({ faults, devices }: PushState<Own>): Route[] => [
  [
    "POST",
    "/_faults",
    async ({ body }) => {
      const { device, ...fault } = parsed(faultSchema, await body());
      if (device === undefined) faults.add(fault);
      else faults.add({ ...fault, device: (devices.find(device) ?? noDevice(device, 400)).deviceId });
      return { status: 201, json: faults.all() };
    },
  ],
  ["GET", "/_faults", () => ({ status: 200, json: faults.all() })],
  [
    "DELETE",
    "/_faults",
    () => {
      faults.clear();
      return done;
    },
  ],
];

const deviceRoutes = <Own>(state: PushState<Own>, vendor: Vendor<Own>): Route[] => {
  const { devices, screens, store, platformType } = state;
  const find = (device = ""): Device<Own> => devices.find(device) ?? noDevice(device);
  const kindOf = (device: Device<Own>): DeviceKind => vendor.kindOf?.(device) ?? "virtual";
  const told = (device: Device<Own>) => ({
    name: device.name,
    deviceId: device.deviceId,
    platformType,
    channel: vendor.channelOf(device),
  });
  const toldWhole = (device: Device<Own>) => ({
    ...told(device),
    kind: kindOf(device),
    online: device.online,
    waiting: vendor.waitingFor(device),
    ...(vendor.apps && { app: vendor.apps.standingOf(device) }),
    screen: screens.of(device.deviceId).map(({ number: _number, ...toast }) => toast),
  });

  return [
    [
      "POST",
      "/_devices",
      async ({ body }) => {
        const { count, name, ...wish } = parsed(devicesSchema, await body());
        const nextName = freeNames(name, count, platformType, devices.isTaken);
        const made = Array.from({ length: count }, () => {
          const own = vendor.register(wish);
          const device = { deviceId: newDeviceId(), name: nextName(), online: true, removed: false, ...own };
          return { device, changes: devices.put(device) };
        });
        await store.commit(made.flatMap(({ changes }) => changes));
        return { status: 201, json: made.map(({ device }) => told(device)) };
      },
    ],
    [
      "GET",
      "/_devices",
      ({ query }) => {
        const { limit } = parsed(listSchema, query);
        return { status: 200, json: devices.all().slice(0, limit).map(toldWhole) };
      },
    ],
    [
      "PATCH",
      "/_devices/:device",
      async ({ params, body }) => {
        const { online } = parsed(onlineSchema, await body());
        const found = find(params.device);
        if (kindOf(found) === "browser") throw new Refused(409, "A real browser is online while it is connected.");
        const device = { ...found, online };
        // Both begin at once: a push that came between them would be overtaken by the older ones that waited.
        await Promise.all([store.commit(devices.put(device)), online && vendor.cameOnline(device)]);
        vendor.apps?.cameOnline(device);
        return { status: 200, json: toldWhole(device) };
      },
    ],
    [
      "DELETE",
      "/_devices/:device",
      async ({ params }) => {
        const device = find(params.device);
        const changes = devices.put({ ...device, online: false, removed: true });
        const forgotten = [...vendor.forget(device), ...(vendor.apps?.forget(device) ?? [])];
        await store.commit([...changes, ...screens.clear(device.deviceId), ...forgotten]);
        return done;
      },
    ],
    ["GET", "/_health", () => ({ status: 200, json: { status: "ready", platformType, url: vendor.url } })],
  ];
};

const noDevice = (device: string, status: 400 | 404 = 404): never => {
  throw new Refused(status, `There is no device ${JSON.stringify(device)}.`);
};
