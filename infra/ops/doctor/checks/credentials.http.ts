import { SignJWT } from "jose";
import { accessTokens, type TokenRequest } from "../../../../shared/channels/access-tokens.http.ts";
import { credentialSettingOf, type ConfiguredCredentials } from "../../../../shared/channels/credentials.ts";
import { guardedAgent } from "../../../../shared/channels/egress/guarded-agent.http.ts";
import { assertionRequest } from "../../../../shared/channels/fcm/assertion.ts";
import { credentialSettings } from "../../../../shared/channels/served.ts";
import { entraAdvice, tokenRequestOf } from "../../../../shared/channels/wns/tokens.ts";
import { systemClock } from "../../../../shared/clock.ts";
import { needsSettings, ok, unknown, warning, wrong, type Check, type Finding, type Patient } from "../check.ts";
import type { Config } from "../settings.ts";

type Channel = keyof typeof credentialSettings;
const platforms: Readonly<Record<Channel, string>> = { apns: "iOS", fcm: "Android", wns: "Windows" };

/**
 * Whether each credential can be read and signs; online, whether Google and Microsoft give a token for it. Apple is not asked: it takes no more
 * than a new token in 20 minutes, which are the app's.
 */
export const credentialsCheck: Check = {
  name: "credentials",
  look: async ({ config, env, settings, isOnline }, stop) => {
    if (!config) return needsSettings;
    const ask = isOnline ? asking(config, stop) : undefined;
    const { apns, fcm, wns } = config.credentials;
    const referenced = (prefix: string) => settings.references.filter((name) => name.startsWith(prefix));
    const of = async <T>(
      channel: Channel,
      all: ConfiguredCredentials<T>,
      works: (setting: string, one: T) => Promise<Finding>,
    ) => {
      const references = referenced(credentialSettings[channel]);
      if (all.count + references.length === 0)
        return [ok(`None is set for ${platforms[channel]}, which is not pushed to.`)];
      const names = Object.keys(env).flatMap((name) =>
        name.startsWith(credentialSettings[channel]) && env[name] && !references.includes(name) ? [name] : [],
      );
      const usable = names.flatMap((name) => {
        const found = all.of(name.slice(credentialSettings[channel].length));
        return "credential" in found ? [works(name, found.credential)] : [];
      });
      return [
        ...all.faults.map((fault) => wrong(`${fault}.`, "set it anew; deliveries that need it wait until then.")),
        ...references.map((name) => unknown(`${name} is a Key Vault reference.`)),
        ...(await Promise.all(usable)),
      ];
    };
    const found = await Promise.all([
      of("apns", apns, async (setting, { privateKey }) => {
        await new SignJWT().setProtectedHeader({ alg: "ES256" }).sign(privateKey);
        return ok(`${setting} is read, and signs.`);
      }),
      of("fcm", fcm, async (setting, one) => {
        const request = await assertionRequest(one, systemClock.now());
        return ask ? ask("Google", setting, request) : ok(`${setting} is read, and signs.`);
      }),
      of("wns", wns, (setting, one) =>
        ask
          ? ask("Microsoft", setting, tokenRequestOf(one, config.vendors.wnsTokens))
          : Promise.resolve(ok(`${setting} is read; whether its secret is taken, --online tells.`)),
      ),
    ]);
    return found.flat();
  },
};

/** Asks by the app's own code. */
const asking =
  ({ pushHosts, pushExtraCa: ca }: Config, signal: AbortSignal) =>
  async (vendor: string, setting: string, request: TokenRequest): Promise<Finding> => {
    const agent = guardedAgent({ connectionsPerOrigin: 1, exception: { hosts: pushHosts.extra, ca } });
    const requestOf = (one: TokenRequest): TokenRequest => one;
    try {
      const answer = await accessTokens({ agent, clock: systemClock, vendor, requestOf, advice: entraAdvice }).tokenFor(
        setting,
        request,
        { signal },
      );
      if (answer.kind === "token") return ok(`${setting}: ${vendor} gives a token for it.`);
      if (answer.kind === "misconfigured")
        return wrong(`${answer.reason}.`, `see ${vendor}'s console, and set it anew.`);
      return warning(
        `${setting}: ${vendor} gives no token now (${answer.reason}).`,
        "look again in a minute, and whether this machine reaches it.",
      );
    } finally {
      await agent.destroy();
    }
  };

/** Whether an app's registration names a credential that the settings do not have: why, or undefined. */
export const missingCredential = (
  { config, settings }: Pick<Patient, "config" | "settings">,
  channel: Channel,
  name: string,
): string | undefined => {
  const setting = credentialSettingOf(credentialSettings[channel], name);
  if (!config || settings.references.includes(setting)) return undefined;
  const found = config.credentials[channel].of(name);
  return "fault" in found ? setting : undefined;
};
