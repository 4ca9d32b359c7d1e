import { readFile } from "node:fs/promises";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import * as z from "zod";
import { CannotStart, errorCode } from "../../cannot-start.ts";
import { capabilitiesOf, supplyCoreModule } from "./core-seam.ts";
import { createWorker, type Worker } from "./worker.ts";

export type LoadedApp = {
  readonly worker: Worker;
  /** Whom the library takes requests as streams from, or undefined when the app did not turn that on. */
  readonly streamServer: Server | undefined;
};

/** The app's own code failed while it loaded. The message says so, with the app's error as cause. */
export class AppFailed extends Error {
  override readonly name = "AppFailed";
}

/**
 * Loads the app of a folder (package.json, "main") in the worker's order: entry point, appStart hooks, capabilities.
 * Throws `CannotStart` when there is no app or it says that its configuration is at fault, `AppFailed` when it throws.
 */
export const loadApp = async (appDir: string): Promise<LoadedApp> => {
  const entryPoint = await entryPointOf(appDir);
  const worker = createWorker();
  supplyCoreModule(worker.coreApi);
  try {
    createRequire(entryPoint)(entryPoint);
    await worker.runHooks("appStart", { hookData: {}, appHookData: worker.appHookData, functionAppDirectory: appDir });
  } catch (error) {
    throw asStartError(error, entryPoint);
  }
  const model = worker.model();
  const { streamServer } = model ? await capabilitiesOf(model) : {};
  worker.finishStartup();
  return { worker, streamServer };
};

const packageSchema = z.object({ main: z.string() });

const entryPointOf = async (appDir: string): Promise<string> => {
  const path = join(appDir, "package.json");
  const text = await readFile(path, "utf8").catch(() => {
    throw new CannotStart(
      `There is no app in ${appDir}: package.json cannot be read. Set FANFARE_APP_DIR to its folder.`,
    );
  });
  const { main } = packageOf(text, path);
  if (main.endsWith(".mjs"))
    throw new CannotStart(`${path}: "main" must be a CommonJS file; this host loads no ES modules.`);
  const entryPoint = resolve(appDir, main);
  const missing = await readFile(entryPoint).then(
    () => undefined,
    (error: unknown) => errorCode(error) ?? "unreadable",
  );
  if (missing) throw new CannotStart(`The app is not built: ${entryPoint} cannot be read (${missing}).`);
  return entryPoint;
};

const packageOf = (text: string, path: string): z.infer<typeof packageSchema> => {
  try {
    return packageSchema.parse(JSON.parse(text));
  } catch {
    throw new CannotStart(`${path} must be JSON with "main", the app's entry point.`);
  }
};

/** A fault of configuration is told in the app's own words, and no restart mends it; anything else is a crash. */
const asStartError = (error: unknown, entryPoint: string): Error => {
  if (error instanceof Error && error.name === "ConfigError") return new CannotStart(error.message);
  const place = error instanceof Error ? error.stack?.split("\n").find((line) => /^\s+at /.test(line)) : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const told = `The app could not be loaded from ${entryPoint}: ${message}${place ? `\n${place}` : ""}`;
  return new AppFailed(told, { cause: error });
};
