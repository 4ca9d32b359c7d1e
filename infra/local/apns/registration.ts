import * as z from "zod";

/** What only APNs knows of a device token: the app it is for, and in which of the two services it was given. */
export const registrationSchema = z.object({
  bundleId: z.string(),
  environment: z.enum(["production", "sandbox"]).default("production"),
  /** Since when it is good no more, milliseconds since the epoch; absent while it is. */
  unregisteredAt: z.number().optional(),
});
export type Registration = z.infer<typeof registrationSchema>;
