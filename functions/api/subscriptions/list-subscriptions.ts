import { Problem } from "../../../shared/problem.ts";
import type { Subscriptions } from "../../../shared/subscription/subscriptions.ts";
import { identify, type Identifying, type Operation } from "../call.ts";
import { optionsOf } from "../options.ts";
import { reachableFeeds, type Reaching } from "./reachable.ts";
import { listed, type Showing } from "./shown.ts";

type Uses = Identifying & Reaching & Showing & { readonly subscriptions: Pick<Subscriptions, "of"> };

/** `GET BASE/me/notifications/subscriptions`: the user's live ones, of all the calling app's host names or of `targetHostName` (contract 3). */
export const listSubscriptions =
  (use: Uses): Operation =>
  async ({ request }) => {
    const caller = await identify(use, request);
    const { targetHostName } = optionsOf(request, []);
    const all = await reachableFeeds(use, caller);
    const asked = all.filter(({ hostName }) => targetHostName === undefined || hostName === targetHostName);
    if (asked.length === 0) throw new Problem("forbidden", "The calling app is not a client of targetHostName.");

    const found = await Promise.all(
      asked.map(async ({ hostName, feed }) =>
        (await use.subscriptions.of(feed)).map((one) => listed(use, hostName, one)),
      ),
    );
    return { status: 200, body: { value: found.flat() } };
  };
