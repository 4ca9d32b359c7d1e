import type { AppRegistry } from "../../shared/auth/app-registry.ts";
import { targetUser } from "../../shared/auth/authorise.ts";
import type { Caller, User } from "../../shared/auth/caller.ts";
import type { Tokens } from "../../shared/auth/tokens.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Fanout } from "../../shared/fanout/fanout.ts";
import { feedKeyOf } from "../../shared/feed-key.ts";
import type { Accepted, Feed } from "../../shared/feed/feed.ts";
import { printInstant } from "../../shared/notification/instant.ts";
import { parseNotification } from "../../shared/notification/parse-notification.ts";
import { Problem } from "../../shared/problem.ts";
import type { Subscriptions } from "../../shared/subscription/subscriptions.ts";
import { encodingOf, readJson } from "./body.ts";
import { identify, type Call, type Operation } from "./call.ts";
import type { Answer } from "./http.ts";

type Uses = {
  readonly tokens: Tokens;
  readonly apps: AppRegistry;
  readonly subscriptions: Pick<Subscriptions, "holderOf">;
  readonly feed: Pick<Feed, "accept">;
  readonly fanout: Fanout;
  readonly clock: Clock;
  /** Answer 201 for replaced notifications too. */
  readonly always201: boolean;
};

/** `POST BASE/me/notifications`: accepts one notification for a user (contract 2). The order of the checks is the contract's. */
export const createNotification =
  (use: Uses): Operation =>
  async ({ request, base }) => {
    const caller = await identify(use, request);
    const unsid = checkHeaders(request.headers, caller);
    const draft = parseNotification(await readJson(request), use.clock.now());

    const [app, holder] = await Promise.all([
      use.apps.find(draft.targetHostName),
      unsid === undefined ? undefined : use.subscriptions.holderOf(unsid),
    ]);
    const user = targetUser(caller, app, unsid === undefined ? undefined : { holder });
    const feed = feedKeyOf(user, draft.targetHostName);

    const { notification, isNew } = await use.feed.accept(feed, draft);
    // A crash here promised nothing yet: the caller repeats, the same appNotificationId replaces, devices show one toast.
    const { id, version, expiresAt } = notification;
    await use.fanout.send(
      { v: 1, feed, id, version, kind: "content", hop: 0, acceptedAt: use.clock.now() },
      { expiresAt },
    );
    const status = isNew || use.always201 ? 201 : 200;
    return answer(notification, { status, base, user, now: use.clock.now() });
  };

/** The rules of contract 2.1 about headers. The UNSID, if one was sent. */
const checkHeaders = (headers: Headers, caller: Caller): string | undefined => {
  for (const name of ["If-Modified-Since", "If-Range"]) {
    if (headers.has(name)) throw new Problem("invalid", `The header ${name} is not supported.`);
  }
  const unsid = headers.get("x-uns-id") ?? undefined;
  if (unsid === undefined && caller.kind === "app") {
    throw new Problem("invalid", "The header X-UNS-ID is required with an app-only token.");
  }
  encodingOf(headers);
  return unsid;
};

type Particulars = { readonly status: number; readonly base: Call["base"]; readonly user: User; readonly now: number };

/** Exactly the original's members, in its order (contract 2.3): rawContent is never echoed. */
const answer = (notification: Accepted["notification"], { status, base, user, now }: Particulars): Answer => {
  const { visualContent } = notification.payload;
  return {
    status,
    headers: {
      "Content-Type": "application/json;odata.metadata=minimal;charset=utf-8",
      Location: `${base}/me/activities/${notification.id}`,
      "OData-Version": "4.0",
    },
    body: {
      "@odata.context": `${base}/$metadata#users('${odataKey(user.principalName)}')/notifications/$entity`,
      displayTimeToLive: Math.max(0, Math.floor((notification.displayUntil - now) / 1_000)),
      expirationDateTime: printInstant(notification.expiresAt),
      groupName: notification.groupName,
      id: notification.id,
      priority: notification.priority,
      payload: visualContent ? { visualContent } : {},
    },
  };
};

/** A quote would end the OData key; half a surrogate pair, which JSON lets through, no URL can hold. */
const odataKey = (text: string): string =>
  encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd")).replaceAll("'", "%27");
