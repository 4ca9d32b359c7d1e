import { loadApp } from "../../../infra/local/functions-host/app/load-app.ts";
import type { Registered } from "./timed-start.ts";

/** Loads the built app as the local functions host does, tells its parent when all functions are registered, and ends. */
export const registerFunctions = async (): Promise<never> => {
  const startedAt = performance.now();
  const { worker } = await loadApp(process.cwd());
  const told: Registered = {
    functions: worker.functions().map(({ metadata }) => metadata.name),
    loadMs: performance.now() - startedAt,
  };
  process.stdout.write(`${JSON.stringify(told)}\n`);
  process.exit(0);
};
