import { resolve } from "node:path";
import { runPart } from "../part.ts";
import { portOf } from "../settings.ts";
import { AppFailed } from "./app/load-app.ts";
import { startFunctionsHost } from "./functions-host.ts";

await runPart(() => {
  const appDir = resolve(process.env.FANFARE_APP_DIR ?? ".");
  return startFunctionsHost({ appDir, port: portOf("http"), env: process.env }).catch((error: unknown) => {
    if (!(error instanceof AppFailed)) throw error;
    // The app's own fault: told by its message alone, for this host's stack explains nothing.
    console.error(error.message);
    process.exit(1);
  });
});
