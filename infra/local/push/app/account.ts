import * as z from "zod";

/** How an app on a device speaks for its user: where the service and its tokens are, who has signed in, and the subscription's UNSID. */
export const accountSchema = z.strictObject({
  /** The service's own URL, without `/beta`. */
  httpUrl: z.url({ protocol: /^https?$/ }),
  tokenUrl: z.url({ protocol: /^https?$/ }),
  clientId: z.string().min(1),
  clientSecret: z.string(),
  username: z.string().min(1),
  password: z.string(),
  targetHostName: z.string().min(1),
  unsid: z.string().min(1),
});
export type Account = z.infer<typeof accountSchema>;

/** Whether both read one and the same feed. */
export const hasSameFeed = (one: Account, other: Account): boolean =>
  (["httpUrl", "username", "targetHostName"] as const).every((member) => one[member] === other[member]);
