import type { RegisteredApp } from "../../../shared/auth/app-registry.ts";
import { credentialSettingOf } from "../../../shared/channels/credentials.ts";
import { credentialSettings } from "../../../shared/channels/served.ts";
import { isNamed } from "../access.ts";
import { hasAllSettings } from "../served.ts";
import type { Environment } from "../surroundings.ts";
import { changesOf, credentialChannels, type Change } from "./fields.ts";

/** What a change of a registration means for those it is about, a sentence each. */
export const meaningOf = (before: RegisteredApp, after: RegisteredApp, env: Environment): readonly string[] => {
  const changes = changesOf(before, after);
  const of = (field: string): Change => changes.find((change) => change.field === field) ?? none;
  const [senders, clients, tenants] = [of("senders"), of("clients"), of("tenants")];
  return [
    ...senders.added.map((id) => `${id} may post to the app's users.`),
    ...senders.removed.map((id) => `${id} may no longer post to the app's users by itself.`),
    ...clients.added.map((id) => `Users signed in through ${id} may subscribe, read, and post for themselves.`),
    ...clients.removed.map(
      (id) =>
        `Users signed in through ${id} may do nothing here any more; their devices are pushed to until the subscriptions end.`,
    ),
    ...(tenants === none ? [] : [tenantsServed(after)]),
    ...restrictions("iOS", of("bundleIds"), after.bundleIds),
    ...restrictions("Android", of("packageNames"), after.packageNames),
    ...credentialsNamed(of("credentials"), after, env),
    ...(of("blocked") === none ? [] : blocking(after)),
    ...(after.senders.length + after.clients.length === 0
      ? ["Nobody may use the app: it has neither sender nor client."]
      : []),
  ];
};

const none: Change = { field: "", added: [], removed: [] };

const tenantsServed = ({ tenants }: RegisteredApp): string =>
  tenants.length === 0
    ? "Tokens of any tenant of a configured issuer are taken."
    : `Tokens are taken of ${tenants.join(", ")}, and of no other tenant.`;

const restrictions = (platform: string, change: Change, ids: readonly string[]): readonly string[] => {
  if (change === none) return [];
  const who = ids.length === 0 ? "Devices of any app" : `Devices of ${ids.join(", ")}, and of no other app,`;
  return [`${who} may subscribe on ${platform}; those that are subscribed stay.`];
};

const credentialsNamed = (change: Change, app: RegisteredApp, env: Environment): readonly string[] =>
  credentialChannels.flatMap((channel) => {
    const isChanged = [...change.added, ...change.removed].some((value) => value.startsWith(`${channel}=`));
    if (!isChanged) return [];
    const setting = credentialSettingOf(credentialSettings[channel], app.credentials[channel] ?? "default");
    return [`Pushes by ${channel} go with the setting ${setting}${knownOf(setting, env)}.`];
  });

/** To connect, an operator's environment needs few of the app's settings: what it lacks proves something only where it has them all. */
const knownOf = (setting: string, env: Environment): string => {
  const names = Object.keys(env).filter((name) => env[name]);
  if (names.some((name) => name.replaceAll(/[-.]/g, "_").toUpperCase() === setting)) return ", which is set here";
  return isNamed(env) && hasAllSettings(env)
    ? ", WHICH IS NOT AMONG THE SETTINGS HERE: until the app has it, these pushes are put off"
    : "; whether the app has it cannot be seen from here";
};

const blocking = (app: RegisteredApp): readonly string[] => {
  const ids = [...new Set([...app.senders, ...app.clients])].join(", ");
  return app.blocked
    ? [
        `Whoever calls as ${ids || "one of its client ids"} gets 403, whatever they ask and of whichever app. What was accepted is still delivered.`,
      ]
    : ["Its client ids are answered again."];
};
