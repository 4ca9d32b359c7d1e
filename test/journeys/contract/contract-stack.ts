import { startListenedStack, type ListenedStack } from "../../support/listened-stack.ts";
import { registerApps } from "./apps.ts";
import { callerOf, type Caller } from "./caller.ts";

/** The stack that the stories of the contract share, and who speaks to it. Each story has users of its own. */
export type ContractStack = { readonly stack: ListenedStack; readonly caller: Caller };

/** A page of this origin may read answers. */
export const allowedOrigin = "https://app.contoso.com";
/** The client of `other.contoso.com` is this one's too. */
export const secondHost = "second.contoso.com";
/** And this one's, which lists its mobile apps: `com.contoso.app`. */
export const strictHost = "strict.contoso.com";
/** Nobody's client; that app and the example's may send to it. */
export const sendersOnlyHost = "senders-only.contoso.com";
/** Live subscriptions that a user may have. */
const subscriptionsPerFeed = 4;

/** Starts it, with all that any of the stories needs. */
export const startContractStack = async (): Promise<ContractStack> => {
  const stack = await startListenedStack({
    ephemeral: true,
    env: {
      CORS_ALLOWED_ORIGINS: allowedOrigin,
      SUBSCRIPTIONS_PER_FEED: String(subscriptionsPerFeed),
      FANFARE_PUSH_PRINT: "0",
    },
  });
  const caller = callerOf(stack);
  const [sample, other] = [caller.sample.clientId, caller.other.clientId];
  const mobile = { bundleIds: ["com.contoso.app"], packageNames: ["com.contoso.app"] };
  await registerApps(stack, [
    { hostName: secondHost, clients: [other], senders: [other] },
    { hostName: strictHost, clients: [other], ...mobile },
    { hostName: sendersOnlyHost, senders: [sample, other] },
  ]);
  return { stack, caller };
};
