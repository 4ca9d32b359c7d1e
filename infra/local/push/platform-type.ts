/** What devices there are, by the names of the contract: each push service has those of one platform. */
export const platformTypes = ["Windows", "iOS", "Android", "WebPush"] as const;
export type PlatformType = (typeof platformTypes)[number];
