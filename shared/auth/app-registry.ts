import { z } from "zod";

/** One app as its operator registered it: who may post to its users, and whose users may subscribe. */
export const registeredAppSchema = z.object({
  /** DNS host name, lower case: what callers and clients give as `targetHostName`. */
  hostName: z.string().min(1).max(253).toLowerCase(),
  /** Client ids that may post app-only. */
  senders: z.array(z.string().min(1)).max(10),
  /** Client ids whose users may subscribe, read, and post for themselves. */
  clients: z.array(z.string().min(1)).max(10),
  /** Tenants whose tokens are taken; empty: any tenant of a configured issuer. */
  tenants: z.array(z.string().min(1)).default([]),
  /** A blocked app's client ids get 403 whatever they ask. */
  blocked: z.boolean().default(false),
  /** iOS apps whose devices may subscribe; empty: any. */
  bundleIds: z.array(z.string().min(1)).default([]),
  /** Android apps whose devices may subscribe; empty: any. */
  packageNames: z.array(z.string().min(1)).default([]),
  /** By channel, the name of the credential in the app's settings; never the credential. */
  credentials: z.partialRecord(z.enum(["webpush", "wns", "apns", "fcm"]), z.string().min(1)).default({}),
});

export type RegisteredApp = z.infer<typeof registeredAppSchema>;

/** The port to the registry. Answers may be up to a minute old. */
export type AppRegistry = {
  /** The app of a host name (in any case), or undefined. */
  readonly find: (hostName: string) => Promise<RegisteredApp | undefined>;
  /** The apps that have this client id among their clients. */
  readonly ofClient: (clientId: string) => Promise<readonly RegisteredApp[]>;
  /** True when the caller's client id or tenant is on the block list, or the client id is a blocked app's. */
  readonly isBlocked: (caller: { readonly clientId: string; readonly tenantId: string }) => Promise<boolean>;
};
