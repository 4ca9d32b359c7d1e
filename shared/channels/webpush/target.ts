import { madeOnce } from "../../made-once.ts";
import type { WebPushChannel } from "../../subscription/subscription.ts";

/** Where a request goes: the push service as a URL's origin, and what is asked of it, a secret. Read once for each channel. */
export const targetOf = madeOnce(({ endpoint }: Pick<WebPushChannel, "endpoint">) => {
  const url = new URL(endpoint);
  return { origin: url.origin, path: url.pathname + url.search };
});
