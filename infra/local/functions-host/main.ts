import { resolve } from "node:path";
import { openInbox } from "../inbox/inbox.ts";
import { inboxOptionsIn } from "../inbox/inbox-options.ts";
import { runPart } from "../part.ts";
import { portOf } from "../settings.ts";
import { AppFailed } from "./app/load-app.ts";
import { startFunctionsHost } from "./functions-host.ts";

await runPart(async () => {
  const appDir = resolve(process.env.FANFARE_APP_DIR ?? ".");
  const inbox = await inboxOptionsIn(process.env);
  const front = inbox && openInbox(inbox);
  return startFunctionsHost({ appDir, port: portOf("http"), env: process.env, front }).catch((error: unknown) => {
    if (!(error instanceof AppFailed)) throw error;
    // The app's own fault: told by its message alone, for this host's stack explains nothing.
    console.error(error.message);
    process.exit(1);
  });
});
