import type { ContractStack } from "./contract-stack.ts";
import { newBrowserForEach } from "./subscriber.ts";
import { knownSubscriptionCases } from "./subscriptions-known.cases.ts";
import { subscribingCases } from "./subscriptions-made.cases.ts";
import { rungSubscriptionCases } from "./subscriptions-rung.cases.ts";

/** What contract 3 says of subscriptions. */
export const subscriptionCases = (shared: () => ContractStack): void => {
  newBrowserForEach(shared);
  subscribingCases();
  knownSubscriptionCases();
  rungSubscriptionCases();
};
