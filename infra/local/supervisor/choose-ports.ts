import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { CannotStart } from "../cannot-start.ts";
import { freePortsOf, portOf, ports, type PortName } from "../settings.ts";
import { writeJson } from "../write-json.ts";

export type Ports = Readonly<Record<PortName, number>>;
type Environment = Readonly<Record<string, string | undefined>>;

const portNames = Object.keys(ports) as PortName[];
const portSchema = z.int().min(1).max(65_535);
const keptSchema = z.partialRecord(z.enum(portNames), portSchema);
const portsSchema = z.record(z.enum(portNames), portSchema);

export type PortsWish = {
  /** Where free ports that were taken are kept. */
  readonly directory: string;
  /** The ports that something will listen on; the others may be taken. */
  readonly used: readonly PortName[];
  readonly env: Environment;
  /** How long to wait for a taken port: the parts of a supervisor that was killed need a moment to end. */
  readonly patienceMs?: number;
};

/** What listens there, in the words of a message. */
const owners: Readonly<Record<PortName, string>> = {
  http: "functions-host",
  identity: "identity",
  webpush: "webpush",
  webpushControl: "webpush",
  apns: "native-push",
  apnsControl: "native-push",
  fcm: "native-push",
  fcmControl: "native-push",
  wns: "native-push",
  wnsControl: "native-push",
  serviceBus: "service-bus",
  serviceBusAdmin: "service-bus",
  tables: "tables",
  blobs: "blobs",
};

/**
 * The port of every part: as set, or, where the setting is 0, a free one that is kept in the directory, for endpoints live
 * on in subscriptions. Throws `CannotStart` with a sentence for every port of `used` that is taken, before anything is started.
 */
export const choosePorts = async ({ directory, used, env, patienceMs = 0 }: PortsWish): Promise<Ports> => {
  const path = join(directory, "ports.json");
  const kept = await readKept(path);
  const range = freePortsOf(env);
  const chosen: Partial<Record<PortName, number>> = {};
  for (const name of portNames) {
    const set = portOf(name, env);
    const free = (): Promise<number> => freePort([...Object.values(chosen), ...Object.values(kept)], range);
    chosen[name] = set === 0 ? (kept[name] ?? (await free())) : set;
  }
  const all = portsSchema.parse(chosen);
  const free = await Promise.all(used.map((name) => becomesFree(all[name], performance.now() + patienceMs)));
  const faults = used.filter((name, index) => !free[index] || twinOf(name, all, used));
  if (faults.length > 0) throw new CannotStart(faults.map((name) => sentence(name, all, used, env)).join("\n"));
  const toKeep = Object.fromEntries(
    portNames.filter((name) => portOf(name, env) === 0).map((name) => [name, all[name]]),
  );
  if (Object.keys(toKeep).length > 0) await writeJson(path, { ...kept, ...toKeep });
  return all;
};

const readKept = async (path: string): Promise<z.infer<typeof keptSchema>> => {
  const text = await readFile(path, "utf8").catch(() => "{}");
  try {
    return keptSchema.parse(JSON.parse(text));
  } catch {
    throw new CannotStart(
      `${path} is damaged. Delete it to take new ports; endpoints of existing subscriptions are lost then.`,
    );
  }
};

const twinOf = (name: PortName, all: Ports, used: readonly PortName[]): PortName | undefined =>
  used.find((other) => other !== name && all[other] === all[name]);

const sentence = (name: PortName, all: Ports, used: readonly PortName[], env: Environment): string => {
  const twin = twinOf(name, all, used);
  const { setting } = ports[name];
  const isKept = portOf(name, env) === 0;
  const fault = twin
    ? `is set for ${owners[twin]} too`
    : isKept
      ? "which was kept from the first start, is in use"
      : "is in use";
  const way = isKept ? "another port" : "another port (0 takes a free one)";
  return `${owners[name]}: port ${all[name]}${isKept && !twin ? "," : ""} ${fault}. Set ${setting} to ${way}.`;
};

const becomesFree = async (port: number, deadline: number): Promise<boolean> => {
  for (;;) {
    if (await isFree(port)) return true;
    if (performance.now() >= deadline) return false;
    await pause(50);
  }
};

const freePort = async (taken: readonly number[], { from, to }: ReturnType<typeof freePortsOf>): Promise<number> => {
  for (;;) {
    const port = randomInt(from, to + 1);
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ host: "127.0.0.1", port }, () => probe.close(() => resolve(true)));
  });
