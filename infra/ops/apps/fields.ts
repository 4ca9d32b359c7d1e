import type { RegisteredApp } from "../../../shared/auth/app-registry.ts";

/** The lists of an app's registration, and the options that change them. */
export const lists = {
  senders: { flag: "sender", value: "client-id", what: "a client id that may post app-only" },
  clients: {
    flag: "client",
    value: "client-id",
    what: "a client id whose users may subscribe, read, and post for themselves",
  },
  tenants: {
    flag: "tenant",
    value: "tenant-id",
    what: "a tenant whose tokens are taken; with none, any of a configured issuer",
  },
  bundleIds: { flag: "bundle-id", value: "id", what: "an iOS app whose devices may subscribe; with none, any" },
  packageNames: {
    flag: "package-name",
    value: "name",
    what: "an Android app whose devices may subscribe; with none, any",
  },
} as const;
export type ListName = keyof typeof lists;
export const listNames = Object.keys(lists) as readonly ListName[]; // its keys are just these

/** The channels that need a credential of the app's own, by the settings of `shared/channels/served.ts`. */
export const credentialChannels = ["apns", "fcm", "wns"] as const;
export type CredentialChannel = (typeof credentialChannels)[number];

/** What an app is before anything is known of it. */
export const emptyApp = (hostName: string): RegisteredApp => ({
  hostName,
  senders: [],
  clients: [],
  tenants: [],
  blocked: false,
  bundleIds: [],
  packageNames: [],
  credentials: {},
});

/** One thing that was added to a field, or taken from it. */
export type Change = { readonly field: string; readonly added: readonly string[]; readonly removed: readonly string[] };

/** What another version of an app differs in, field by field; none when it is the same. */
export const changesOf = (before: RegisteredApp, after: RegisteredApp): readonly Change[] =>
  [...listNames, "credentials", "blocked"].flatMap((field) => {
    const [old, now] = [valuesOf(before, field), valuesOf(after, field)];
    const added = now.filter((value) => !old.includes(value));
    const removed = old.filter((value) => !now.includes(value));
    return added.length + removed.length > 0 ? [{ field, added, removed }] : [];
  });

/** Every field as a list of texts: `apns=contoso`, `yes`. */
export const valuesOf = (app: RegisteredApp, field: string): readonly string[] => {
  if (field === "blocked") return app.blocked ? ["yes"] : [];
  if (field === "credentials") return Object.entries(app.credentials).map(([channel, name]) => `${channel}=${name}`);
  const list = listNames.find((name) => name === field);
  return list === undefined ? [] : app[list];
};

/** A change in one line: `senders + 6ef1… - 77ab…`. */
export const changeInWords = ({ field, added, removed }: Change): string =>
  [field, ...added.map((value) => `+ ${value}`), ...removed.map((value) => `- ${value}`)].join(" ");
