import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secretsIn } from "../secrets.ts";
import { dataDir, isEphemeral, ports as portSettings, type PortName } from "../settings.ts";
import { choosePorts } from "./choose-ports.ts";
import { lockDataDir } from "./data-dir-lock.ts";
import type { Flags } from "./flags.ts";
import { writeLocalSettings } from "./local-settings.ts";
import type { PartFailed } from "./part-failed.ts";
import { blobs, firstParts, functionsHost, stopOrder } from "./parts.ts";
import type { Print } from "./printer.ts";
import { seedApps, seedDevices, type SeededDevice } from "./seed.ts";
import { appSettings, othersServiceBus, stackOf, type Stack } from "./stack.ts";
import { stackFile } from "./stack-file.ts";
import { summary } from "./summary.ts";
import { supervisor, type RunningPart, type Supervisor } from "./supervise.ts";
import { writeJson } from "../write-json.ts";

export type StackOptions = {
  readonly flags: Flags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly print: Print;
  /** Folder of the built programs, and the one `func start` is run in. */
  readonly programs: string;
  readonly projectRoot: string;
  /** Resolves when the user wants it to end. */
  readonly stopAsked: Promise<void>;
  /** Aborted when the user does not want to wait for that. */
  readonly hurry: AbortSignal;
};

/** How long the parts of a supervisor that was killed may need to end by themselves. */
const predecessorMs = 5_000;

/** Runs the whole stack until it is asked to end or a part is given up. Resolves to the exit code; throws `CannotStart`. */
export const runStack = async (options: StackOptions): Promise<number> => {
  const home = dataDir(options.env);
  const lock = await lockDataDir(home);
  const ephemeral = options.flags.ephemeral || isEphemeral(options.env);
  const directory = ephemeral ? await mkdtemp(join(tmpdir(), "fanfare-")) : home;
  const files = { stack: join(home, "stack.json"), parts: join(home, "parts.json") };
  try {
    // Whoever finds stack.json may rely on a stack that is ready.
    await rm(files.stack, { force: true });
    const ports = await choosePorts({
      directory,
      used: usedPorts(options),
      env: options.env,
      patienceMs: lock.isInherited ? predecessorMs : 0,
    });
    const secrets = await secretsIn(directory);
    return await supervise(
      stackOf({ env: options.env, directory, isEphemeral: ephemeral, ports, secrets }),
      options,
      files,
    );
  } finally {
    await Promise.all(Object.values(files).map((file) => rm(file, { force: true })));
    if (ephemeral) await rm(directory, { recursive: true, force: true });
    await lock.release();
  }
};

const usedPorts = ({ flags, env }: StackOptions): readonly PortName[] => {
  const others: PortName[] = [
    flags.functionsHost ? "blobs" : "http",
    ...(othersServiceBus(env) ? (["serviceBus", "serviceBusAdmin"] as const) : []),
  ];
  return (Object.keys(portSettings) as PortName[]).filter((name) => !others.includes(name));
};

type Files = { readonly stack: string; readonly parts: string };

const supervise = async (stack: Stack, options: StackOptions, files: Files): Promise<number> => {
  let partsWritten = Promise.resolve();
  const onChange = (running: readonly RunningPart[]): void => {
    partsWritten = partsWritten.then(() => writeJson(files.parts, running));
  };
  const say = (sentence: string): void => options.print("fanfare", sentence, "stderr");
  const parts = supervisor({ print: options.print, onChange });
  options.hurry.addEventListener("abort", () => parts.kill());

  const started = startAll(stack, options, parts, say).then(async ({ devices, localSettings }) => {
    await writeJson(files.stack, await stackFile(stack, devices));
    console.log(summary(stack, { stackFile: files.stack, localSettings }));
    console.log("Ready. Ctrl-C ends everything.");
    return new Promise<never>(() => undefined);
  });
  const ending: PartFailed | undefined = await Promise.race([
    options.stopAsked.then(() => undefined),
    parts.failed,
    started,
  ]).catch(async (error: unknown) => {
    await stopAll();
    throw error;
  });
  say(ending ? `${ending.message} Stopping.` : "Stopping.");
  await stopAll();
  return ending?.exitCode ?? 0;

  async function stopAll(): Promise<void> {
    await parts.stop(stopOrder);
    await partsWritten;
  }
};

type Started = { readonly devices: readonly SeededDevice[]; readonly localSettings: string | undefined };

/** Starts the parts, as many at once as need nothing of each other, and seeds what they hold. */
const startAll = async (
  stack: Stack,
  { flags, programs, projectRoot }: StackOptions,
  parts: Supervisor,
  say: (sentence: string) => void,
): Promise<Started> => {
  const first = firstParts(stack, programs);
  await Promise.all([
    parts.start(first.tables).then(() => seedApps(stack)),
    stack.serviceBus.isOurs ? parts.start(first.serviceBus) : undefined,
    parts.start(first.identity),
    parts.start(first.webpush),
    parts.start(first.nativePush),
    flags.functionsHost ? undefined : parts.start(blobs(stack, programs)),
  ]);
  if (!flags.functionsHost) return { devices: [], localSettings: await writeLocalSettings(stack, projectRoot) };
  await parts.start(await functionsHost(stack, programs));
  const { all: settings } = await appSettings(stack);
  const devices = await seedDevices(stack, { vapidPublicKey: settings.VAPID_PUBLIC_KEY, say }).catch(
    (error: unknown) => {
      // With the user's own issuer or registry the local user may be a stranger; the stack is of use all the same.
      say(`The virtual devices are not subscribed: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    },
  );
  return { devices, localSettings: undefined };
};
