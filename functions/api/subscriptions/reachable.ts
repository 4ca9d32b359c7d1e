import type { AppRegistry } from "../../../shared/auth/app-registry.ts";
import { clientApps } from "../../../shared/auth/authorise.ts";
import type { Caller } from "../../../shared/auth/caller.ts";
import { feedKeyOf, type FeedKey } from "../../../shared/feed-key.ts";

/** A feed whose subscriptions a caller may see. */
export type Reachable = { readonly hostName: string; readonly feed: FeedKey };

/** What `reachableFeeds` uses. */
export type Reaching = { readonly apps: Pick<AppRegistry, "ofClient"> };

/** The user's feeds of every host name that the calling app is a client of; never none. Throws `forbidden` for any other caller. */
export const reachableFeeds = async (use: Reaching, caller: Caller): Promise<readonly Reachable[]> => {
  const { user, apps } = clientApps(caller, await use.apps.ofClient(caller.clientId));
  return apps.map(({ hostName }) => ({ hostName, feed: feedKeyOf(user, hostName) }));
};
