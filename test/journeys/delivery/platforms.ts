import type { NewDevice } from "../../../infra/local/push/control-client.ts";

/** What the stories need to know of a platform's vendor. */
export type Platform = {
  readonly platformType: Exclude<NewDevice["platformType"], "WebPush">;
  readonly credential: "wns" | "apns" | "fcm";
  /** The limit of one push, and some more. */
  readonly tooMuch: number;
  /** How the vendor says that it wants less. */
  readonly throttled: { readonly status: number; readonly body?: Readonly<Record<string, unknown>> };
};

export const platforms: readonly Platform[] = [
  { platformType: "Windows", credential: "wns", tooMuch: 5_100, throttled: { status: 406 } },
  {
    platformType: "iOS",
    credential: "apns",
    tooMuch: 4_200,
    throttled: { status: 429, body: { reason: "TooManyRequests" } },
  },
  {
    platformType: "Android",
    credential: "fcm",
    tooMuch: 4_200,
    throttled: { status: 503, body: { error: { code: 503, status: "UNAVAILABLE", message: "later" } } },
  },
];
