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
});

export type RegisteredApp = z.infer<typeof registeredAppSchema>;

/** The port to the registry. Answers may be up to a minute old. */
export type AppRegistry = {
  /** The app of a host name (in any case), or undefined. */
  readonly find: (hostName: string) => Promise<RegisteredApp | undefined>;
  /** True when the client id belongs to a blocked app. */
  readonly isBlocked: (clientId: string) => Promise<boolean>;
};
