import { createRequire } from "node:module";
import { resolve } from "node:path";
import { capabilitiesOf, supplyCoreModule } from "../../../infra/local/functions-host/app/core-seam.ts";
import { createWorker } from "../../../infra/local/functions-host/app/worker.ts";
import type { Registered } from "./timed-start.ts";

/**
 * Loads dist/main.cjs in the order and by the seams of the local functions host, tells its parent when all functions are
 * registered, and ends. Not by `loadApp`: that brings packages of its own, and what they take would be charged to the app.
 */
export const registerFunctions = async (): Promise<never> => {
  const startedAt = performance.now();
  const worker = createWorker();
  supplyCoreModule(worker.coreApi);
  const entryPoint = resolve("dist/main.cjs");
  createRequire(entryPoint)(entryPoint);
  await worker.runHooks("appStart", {
    hookData: {},
    appHookData: worker.appHookData,
    functionAppDirectory: process.cwd(),
  });
  const model = worker.model();
  if (model) await capabilitiesOf(model);
  const told: Registered = {
    functions: worker.functions().map(({ metadata }) => metadata.name),
    loadMs: performance.now() - startedAt,
  };
  process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0));
  return new Promise(() => undefined);
};
