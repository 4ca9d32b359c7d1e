import * as z from "zod";

const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** An id as it is compared: tokens write GUIDs in lower case, operators paste them in any. Other ids are taken as they are. */
export const comparableId = (id: string): string => (guid.test(id) ? id.toLowerCase() : id);

const id = z.string().min(1).max(256).transform(comparableId);
const text = z.string().min(1).max(256);

/** It ends the name of the setting that holds the credential, where a hyphen or a dot is an underscore. */
const credentialName = z
  .string()
  .regex(
    /^[A-Za-z\d][\w.-]{0,63}$/,
    "must be 1 to 64 letters, digits, hyphens, dots and underscores, beginning with a letter or digit",
  );

/** One app as its operator registered it: who may post to its users, and whose users may subscribe. */
export const registeredAppSchema = z.object({
  /** DNS host name, lower case: what callers and clients give as `targetHostName`. */
  hostName: z.string().min(1).max(253).toLowerCase(),
  /** Client ids that may post app-only. */
  senders: z.array(id).max(10),
  /** Client ids whose users may subscribe, read, and post for themselves. */
  clients: z.array(id).max(10),
  /** Tenants whose tokens are taken; empty: any tenant of a configured issuer. */
  tenants: z.array(id).default([]),
  /** A blocked app's client ids get 403 whatever they ask. */
  blocked: z.boolean().default(false),
  /** iOS apps whose devices may subscribe; empty: any. */
  bundleIds: z.array(text).default([]),
  /** Android apps whose devices may subscribe; empty: any. */
  packageNames: z.array(text).default([]),
  /** By channel, the name of the credential in the app's settings; never the credential. */
  credentials: z.partialRecord(z.enum(["webpush", "wns", "apns", "fcm"]), credentialName).default({}),
});

export type RegisteredApp = z.infer<typeof registeredAppSchema>;

/** One entry of the block list: a calling app, or everybody of a tenant, whatever host name they are about. */
export const blockSchema = z.object({ kind: z.enum(["client", "tenant"]), id });
export type Block = z.infer<typeof blockSchema>;

/** The port to the registry. Answers may be up to a minute old. */
export type AppRegistry = {
  /** The app of a host name (in any case), or undefined. */
  readonly find: (hostName: string) => Promise<RegisteredApp | undefined>;
  /** The apps that have this client id among their clients. */
  readonly ofClient: (clientId: string) => Promise<readonly RegisteredApp[]>;
  /** True when the caller's client id or tenant is on the block list, or the client id is a blocked app's. */
  readonly isBlocked: (caller: { readonly clientId: string; readonly tenantId: string }) => Promise<boolean>;
};
