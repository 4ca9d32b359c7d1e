import type { Channel } from "../subscription/subscription.ts";

/** The channels this build sends through: `functions/dependencies.ts` makes a sender for each, and no other. */
export const servedChannels = ["webpush"] as const satisfies readonly Channel["kind"][];
