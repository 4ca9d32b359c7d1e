import { CannotStart } from "../cannot-start.ts";
import { runPart } from "../part.ts";
import { printsPushes, receivedKept } from "../push/settings.ts";
import { secretsIn } from "../secrets.ts";
import { dataDir, isEphemeral, partDir, portOf } from "../settings.ts";
import { startWebPush } from "./service.ts";
import { canonicalPublicKey } from "./subscription-keys.ts";

/**
 * The local Web Push service: what Mozilla, Google, Apple and Microsoft run for their browsers, with browsers of its own. A real Firefox
 * can join them; `browsers/browser-door.websocket.ts` says how.
 */
await runPart(async () =>
  startWebPush({
    port: portOf("webpush"),
    controlPort: portOf("webpushControl"),
    folder: partDir("webpush"),
    isEphemeral: isEphemeral(),
    applicationServerKey: await vapidPublicKey(),
    receivedKept: receivedKept(),
    print: printsPushes() ? (line) => console.log(line) : undefined,
    alarm: (line) => console.error(line),
    now: Date.now,
  }),
);

/** The service's own key, from its setting or the data directory's secrets. */
async function vapidPublicKey(): Promise<string> {
  const setting = process.env.VAPID_PUBLIC_KEY;
  if (!setting) return (await secretsIn(dataDir())).vapid.publicKey;
  const key = canonicalPublicKey(setting);
  if (key !== undefined) return key;
  throw new CannotStart("VAPID_PUBLIC_KEY must be an uncompressed P-256 public key in base64url.");
}
