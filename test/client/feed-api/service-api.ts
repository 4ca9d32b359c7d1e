import { asking, type Asking } from "../../../shared/client/ask.http.ts";
import { feedApiHttp } from "../../../shared/client/feed-api.http.ts";
import type { FeedApi } from "../../../shared/client/feed-api.ts";
import { subscriptionApiHttp } from "../../../shared/client/subscription-api.http.ts";
import type { SubscriptionApi } from "../../../shared/client/subscription-api.ts";

/** Both ports of a browser to the service, over HTTP. */
export const serviceApi = ({
  targetHostName,
  ...whom
}: Asking & { readonly targetHostName: string }): FeedApi & SubscriptionApi => {
  const ask = asking(whom);
  return { ...feedApiHttp(ask, targetHostName), ...subscriptionApiHttp(ask) };
};
