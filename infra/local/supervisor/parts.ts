import { join } from "node:path";
import { dataDir, ports as portSettings, type PortName } from "../settings.ts";
import { all, answersAt, atFirst, listensOn, type Readiness } from "./readiness.ts";
import { appSettings, type Stack } from "./stack.ts";
import type { Part, StopGroup } from "./supervise.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The names of all parts, in the order in which they print. */
export const partNames = [
  "tables",
  "service-bus",
  "identity",
  "webpush",
  "native-push",
  "functions-host",
  "blobs",
] as const;
type PartName = (typeof partNames)[number];

/**
 * How the stack ends, within 5 s: the host first, which finishes what it has in hand and for that needs all others;
 * the tables last, for nothing may be left to write. Azurite saves when it is asked to end, so it has all the time that is left.
 */
export const stopOrder: readonly StopGroup[] = [
  { names: ["functions-host"], killedAfterMs: 3_300 },
  { names: ["service-bus", "identity", "webpush", "native-push"], killedAfterMs: 4_000 },
  { names: ["tables"], killedAfterMs: 4_800 },
];

/** The parts that need nothing of each other to start. `programs` is the folder of the built programs. */
export const firstParts = (
  stack: Stack,
  programs: string,
): Record<"tables" | "serviceBus" | "identity" | "webpush" | "nativePush", Part> => {
  const part = partMaker(stack, programs, environmentOf(stack));
  const { ports, issuer, webpush, apns, fcm, wns } = stack;
  return {
    tables: part("tables", ["tables"], listensOn(ports.tables)),
    serviceBus: part(
      "service-bus",
      ["serviceBus", "serviceBusAdmin"],
      listensOn(ports.serviceBus, ports.serviceBusAdmin),
    ),
    identity: part("identity", ["identity"], answersAt(`${issuer}/.well-known/openid-configuration`)),
    webpush: part(
      "webpush",
      ["webpush", "webpushControl"],
      all(listensOn(ports.webpush), answersAt(`${webpush.controlUrl}/_health`)),
    ),
    nativePush: part(
      "native-push",
      ["apns", "apnsControl", "fcm", "fcmControl", "wns", "wnsControl"],
      all(...[apns, fcm, wns].map(({ controlUrl }) => answersAt(`${controlUrl}/_health`))),
    ),
  };
};

/** What Azure Functions Core Tools need beside the others, in the place of our functions host. */
export const blobs = (stack: Stack, programs: string): Part =>
  partMaker(stack, programs, environmentOf(stack))("blobs", ["blobs"], listensOn(stack.ports.blobs));

/**
 * V8 lets a heap grow by a factor that rises with the memory it may have before it collects anew: here it may have as much as V8 gives itself
 * on an instance of 2,048 MB (infra/main.bicep), half of that. With a laptop's 4 GB the host took 80 MB more, for garbage alone.
 */
const heapOfInstance = "--max-old-space-size=1024";

/** The Functions host, which takes the app's settings and shows the inbox page; it starts when the push service has its authority. */
export const functionsHost = async (stack: Stack, programs: string): Promise<Part> => {
  const { all: settings } = await appSettings(stack);
  const FANFARE_INBOX_DIR = join(programs, "inbox");
  const part = partMaker(stack, programs, { ...settings, ...environmentOf(stack, {}), FANFARE_INBOX_DIR }, [
    heapOfInstance,
  ]);
  // When it comes back while the bus is away it is no worse than when the bus goes away while it runs: nothing to kill it for.
  const isReady = atFirst(answersAt(`${stack.httpUrl}/health/ready`), answersAt(`${stack.httpUrl}/health/live`));
  return part("functions-host", ["http"], isReady);
};

const partMaker =
  ({ ports }: Stack, programs: string, environment: Environment, flags: readonly string[] = []) =>
  (name: PartName, portNames: readonly PortName[], missing: Readiness): Part => ({
    name,
    program: { arguments: ["--enable-source-maps", ...flags, join(programs, `${name}.mjs`)], environment },
    ports: portNames.map((portName) => ports[portName]),
    missing,
  });

/** What every part is told: the ports, decided once for all, and where state is kept. */
const environmentOf = ({ env, ports, directory, isEphemeral }: Stack, inherited: Environment = env): Environment => ({
  ...inherited,
  ...Object.fromEntries(
    Object.entries(portSettings).map(([name, { setting }]) => [setting, String(ports[name as PortName])]),
  ),
  FANFARE_DATA_DIR: directory,
  FANFARE_STACK_FILE: join(dataDir(env), "stack.json"),
  FANFARE_EPHEMERAL: isEphemeral ? "1" : undefined,
});
