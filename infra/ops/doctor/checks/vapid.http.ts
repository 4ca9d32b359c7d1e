import * as z from "zod";
import { vapidKeyIdOf } from "../../../../shared/subscription/vapid-key.ts";
import { needsSettings, ok, unknown, warning, wrong, type Check, type Finding } from "../check.ts";
import { firstSignal } from "../../../../shared/first-signal.ts";

const answerSchema = z.object({ publicKey: z.string() });
const answerWithinMs = 5_000;
/** Names that are nobody's: https://www.rfc-editor.org/rfc/rfc6761 and RFC 2606. */
const nobodys = /(^|[@/.])(localhost|[\w-]+\.(example|invalid|test|local)|example\.(com|net|org))(\/|$)/i;

/** Whether the service gives browsers the key that stands in the settings, and whether push services could write to the subject. */
export const vapidCheck: Check = {
  name: "VAPID",
  look: async ({ config, connection, settings, env }, stop) => {
    if (!config) return needsSettings;
    const findings: Finding[] = [];
    if (nobodys.test(config.vapid.subject) && !connection.isLocal)
      findings.push(
        warning(
          "VAPID_SUBJECT is nobody's address.",
          "set one that you read: push services refuse others, or cannot warn you.",
        ),
      );
    if (settings.references.some((name) => name.startsWith("VAPID_")))
      findings.push(unknown("Keys are Key Vault references, so whether they are of one pair cannot be seen."));
    else if (env.VAPID_PREVIOUS_PUBLIC_KEY && !config.vapid.previous)
      findings.push(
        warning(
          "VAPID_PREVIOUS_PUBLIC_KEY has no private key any more: both are the current one's, as at the end of a rotation.",
          "leave VAPID_PREVIOUS_PUBLIC_KEY empty and deploy; or, if browsers need it still, give it its private key back.",
        ),
      );
    if (settings.references.includes("VAPID_PUBLIC_KEY")) return findings;
    const told = await publicKeyAt(connection.url ?? config.publicUrl, stop);
    if (told === undefined) findings.push(unknown("The service does not tell its public key."));
    else if (told === env.VAPID_PUBLIC_KEY)
      findings.push(ok(`The service gives browsers the key of the settings, ${vapidKeyIdOf(told)}.`));
    else
      findings.push(
        wrong(
          "The service gives browsers another public key than VAPID_PUBLIC_KEY.",
          "restart the app if the setting is new; else set it back, for browsers are bound to the key they were given.",
        ),
      );
    return findings;
  },
};

const publicKeyAt = async (url: string, stop: AbortSignal): Promise<string | undefined> => {
  const signal = firstSignal([stop, AbortSignal.timeout(answerWithinMs)]);
  try {
    const answer = await fetch(`${url}/v1.0/me/notifications/vapidPublicKey`, { signal, redirect: "manual" });
    return answerSchema.safeParse(await answer.json()).data?.publicKey;
  } catch {
    return undefined;
  }
};
