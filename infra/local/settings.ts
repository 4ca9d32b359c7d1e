import { join, resolve } from "node:path";
import { CannotStart } from "./cannot-start.ts";

/** The ports of the local stack: setting and default. A setting of `0` takes a free port. */
export const ports = {
  http: { setting: "FANFARE_HTTP_PORT", standard: 7071 },
  identity: { setting: "FANFARE_IDENTITY_PORT", standard: 7072 },
  webpush: { setting: "FANFARE_WEBPUSH_PORT", standard: 7073 },
  webpushControl: { setting: "FANFARE_WEBPUSH_CONTROL_PORT", standard: 7083 },
  apns: { setting: "FANFARE_APNS_PORT", standard: 7074 },
  apnsControl: { setting: "FANFARE_APNS_CONTROL_PORT", standard: 7084 },
  fcm: { setting: "FANFARE_FCM_PORT", standard: 7075 },
  fcmControl: { setting: "FANFARE_FCM_CONTROL_PORT", standard: 7085 },
  wns: { setting: "FANFARE_WNS_PORT", standard: 7076 },
  wnsControl: { setting: "FANFARE_WNS_CONTROL_PORT", standard: 7086 },
  serviceBus: { setting: "FANFARE_SERVICEBUS_PORT", standard: 5672 },
  serviceBusAdmin: { setting: "FANFARE_SERVICEBUS_ADMIN_PORT", standard: 5300 },
  tables: { setting: "FANFARE_TABLES_PORT", standard: 10002 },
  /** Only beside Azure Functions Core Tools, which keep the leases of their timers there. */
  blobs: { setting: "FANFARE_BLOBS_PORT", standard: 10000 },
} as const;

export type PortName = keyof typeof ports;
type Environment = Readonly<Record<string, string | undefined>>;

/** The port a part shall listen on. Throws `CannotStart` when the setting is not a port number. */
export const portOf = (name: PortName, env: Environment = process.env): number => {
  const { setting, standard } = ports[name];
  const text = env[setting]?.trim();
  if (text === undefined || text === "") return standard;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new CannotStart(`${setting} must be a port number from 0 (any free one) to 65535.`);
  }
  return port;
};

/**
 * From which ports the setting `0` takes: `FANFARE_FREE_PORTS`, two numbers with a hyphen. By default those below the ones from
 * which operating systems take the local ends of connections (Linux from 32768, others 49152): else one of those could sit on a
 * part's port while it is being restarted. Several stacks that start at the same time stay apart by ranges of their own.
 */
export const freePortsOf = (env: Environment = process.env): { readonly from: number; readonly to: number } => {
  const text = env.FANFARE_FREE_PORTS?.trim() ?? "";
  const [, from = 20_000, to = 32_767] = (/^(\d{1,5})-(\d{1,5})$/.exec(text) ?? []).map(Number);
  if ((text !== "" && !/^\d{1,5}-\d{1,5}$/.test(text)) || from < 1 || to > 65_535 || to - from < 100) {
    throw new CannotStart("FANFARE_FREE_PORTS must be a range of at least a hundred ports, such as 20000-32767.");
  }
  return { from, to };
};

/** Where the local stack keeps its state: `FANFARE_DATA_DIR`, or, when that is absent or blank, `.local` below the working directory. */
export const dataDir = (env: Environment = process.env): string => {
  const named = env.FANFARE_DATA_DIR?.trim() ?? "";
  return resolve(named === "" ? ".local" : named);
};

/** The folder of one part's state. Parts never look into each other's. */
export const partDir = (part: string, env: Environment = process.env): string => join(dataDir(env), part);

/** True when nothing shall outlive the processes (`npm start -- --ephemeral`, which sets `FANFARE_EPHEMERAL=1`). */
export const isEphemeral = (env: Environment = process.env): boolean => env.FANFARE_EPHEMERAL === "1";
