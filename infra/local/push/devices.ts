import * as z from "zod";
import type { Change, Store } from "./store.ts";

/** A device, virtual or a real browser, or rather one app's registration on it. `Own` is what only its vendor knows of: keys, bundle id. */
export type Device<Own> = {
  /** A UUIDv7: devices are listed in the order they were made, after a restart too. */
  readonly deviceId: string;
  /** Unique among the devices of a push service, the removed ones included. */
  readonly name: string;
  /** What senders address it by, unguessable: the token of an endpoint, or a device token. */
  readonly address: string;
  readonly online: boolean;
  /** It unsubscribed: the vendor answers that it is gone, for ever. */
  readonly removed: boolean;
  readonly own: Own;
};

/** All devices of one push service. */
export type Devices<Own> = {
  /** By name or device id; a removed one is not found. */
  readonly find: (nameOrId: string) => Device<Own> | undefined;
  /** By what senders address; removed ones are found, so that their senders can be told. */
  readonly at: (address: string) => Device<Own> | undefined;
  readonly all: () => readonly Device<Own>[];
  readonly isTaken: (name: string) => boolean;
  /** Adds a device, or replaces the one with its id. */
  readonly put: (device: Device<Own>) => Change[];
};

const prefix = "device!";

/** Loads the devices; `ownSchema` reads the vendor's own part as it was stored, which must survive JSON. */
export const openDevices = async <Own>(store: Store, ownSchema: z.ZodType<Own>): Promise<Devices<Own>> => {
  const schema = z.object({
    deviceId: z.string(),
    name: z.string(),
    address: z.string(),
    online: z.boolean(),
    removed: z.boolean(),
    own: ownSchema,
  });
  const byId = new Map<string, Device<Own>>();
  const byAddress = new Map<string, Device<Own>>();
  const byName = new Map<string, Device<Own>>();
  const remember = (device: Device<Own>): void => {
    byId.set(device.deviceId, device);
    byAddress.set(device.address, device);
    byName.set(device.name, device);
  };
  for (const [, text] of await store.entries(prefix)) remember(schema.parse(JSON.parse(text)));

  return {
    find: (nameOrId) => {
      const device = byId.get(nameOrId) ?? byName.get(nameOrId);
      return device?.removed ? undefined : device;
    },
    at: (address) => byAddress.get(address),
    all: () => [...byId.values()].filter((device) => !device.removed),
    isTaken: (name) => byName.has(name),
    put: (device) => {
      remember(device);
      return [{ type: "put", key: prefix + device.deviceId, value: JSON.stringify(device) }];
    },
  };
};
