import {
  Disposable,
  hookNames,
  type CoreApi,
  type HookCallback,
  type HookName,
  type LogCategory,
  type LogLevel,
  type ProgrammingModel,
  type Registration,
} from "./core-contract.ts";
import { printLog } from "./log.ts";

/** What the app told the worker: its functions in the order they were registered, its hooks, its programming model. */
export type Worker = {
  readonly coreApi: CoreApi;
  readonly functions: () => readonly Registration[];
  readonly model: () => ProgrammingModel | undefined;
  /** From now on nothing more can be registered, as on Azure once the functions have been listed. */
  readonly finishStartup: () => void;
  /** Runs the hooks of that name one after another; rejects with the first one's error. */
  readonly runHooks: (name: HookName, context: object) => Promise<void>;
  /** Passes a log line through the app's log hooks, then prints it. */
  readonly log: (line: LogLine) => void;
  /** Shared by all hooks of the app, as the worker's `appHookData`. */
  readonly appHookData: Record<string, unknown>;
};

type LogLine = { level: LogLevel; category: LogCategory; message: string; invocationContext?: unknown };

/** The worker's memory of one app. */
export const createWorker = (): Worker => {
  const functions = new Map<string, Registration>();
  const hooks = new Map<HookName, HookCallback[]>(hookNames.map((name) => [name, []]));
  const appHookData: Record<string, unknown> = {};
  let model: ProgrammingModel | undefined;
  let started = false;

  const log = (line: LogLine): void => {
    const context = { ...line, hookData: {}, appHookData };
    for (const hook of hooks.get("log") ?? []) hook(context);
    if (context.category !== "system") printLog(context.level, context.message);
    else if (isWarning(context.level)) printLog(context.level, context.message);
  };

  const coreApi: CoreApi = {
    version: "3.11.0",
    hostVersion: "4.1036.0",
    Disposable,
    setProgrammingModel: (given) => (model = given),
    getProgrammingModel: () => model,
    registerFunction: (metadata, callback) => {
      if (started) throw new Error("A function can only be registered during app startup.");
      functions.set(metadata.name, { metadata, callback });
      return new Disposable(() => functions.delete(metadata.name));
    },
    registerHook: (name, callback) => {
      const registered = hooks.get(name as HookName);
      if (!registered) throw unknownHook(name);
      registered.push(callback);
      return new Disposable(() => registered.splice(registered.indexOf(callback), 1));
    },
    log: (level, category, message) => log({ level, category, message }),
  };

  return {
    coreApi,
    appHookData,
    log,
    functions: () => [...functions.values()],
    model: () => model,
    finishStartup: () => (started = true),
    runHooks: async (name, context) => {
      for (const hook of hooks.get(name) ?? []) await hook(context);
    },
  };
};

const isWarning = (level: LogLevel): boolean => ["warning", "error", "critical"].includes(level);

/** The library recognises an unknown hook by this shape (`hooks/registerHook.ts`). */
const unknownHook = (name: string): Error =>
  Object.assign(new RangeError(`Unrecognized hook "${name}"`), { isAzureFunctionsSystemError: true });
