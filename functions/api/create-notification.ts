import type { AppRegistry } from "../../shared/auth/app-registry.ts";
import { targetUser } from "../../shared/auth/authorise.ts";
import type { Caller, User } from "../../shared/auth/caller.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Fanout } from "../../shared/fanout/fanout.ts";
import { feedKeyOf } from "../../shared/feed-key.ts";
import type { Accepted, Feed, Once } from "../../shared/feed/feed.ts";
import { hashOf } from "../../shared/hash.ts";
import { printInstant } from "../../shared/notification/instant.ts";
import { parseNotification } from "../../shared/notification/parse-notification.ts";
import { Problem } from "../../shared/problem.ts";
import { encodingOf, readBody } from "./body.ts";
import { dryRun, dryRunAsked, type DryRunUses } from "./dry-run.ts";
import {
  admitWrite,
  heldUnsid,
  identify,
  inOrder,
  type Admitting,
  type Call,
  type Holding,
  type Identifying,
  type Operation,
} from "./call.ts";
import type { Answer } from "./http.ts";
import { notificationsContext, odataHeaders } from "./odata.ts";
import { tellOfPost } from "./tell-of-post.ts";

type Uses = Identifying &
  Admitting &
  Holding &
  DryRunUses & {
    readonly apps: Pick<AppRegistry, "find">;
    readonly feed: Pick<Feed, "accept" | "noteAnswer">;
    readonly fanout: Fanout;
    readonly clock: Clock;
    /** Answer 201 for replaced notifications too. */
    readonly always201: boolean;
  };

/**
 * `POST BASE/me/notifications`: accepts one notification for a user (contract 2), or tells what would come of it. The order of the checks is
 * the contract's.
 */
export const createNotification =
  (use: Uses): Operation =>
  async ({ request, base }) => {
    const { headers } = request;
    const caller = await identify(use, request);
    const asked = dryRunAsked(request);
    const idempotencyKey = checkHeaders(headers, caller);
    const write = async (): Promise<Answer> => {
      const [body, unsid] = await inOrder([readBody(request), heldUnsid(use, headers)]);
      const draft = parseNotification(body.json, use.clock.now());
      const app = await use.apps.find(draft.targetHostName);
      const user = targetUser(caller, app, unsid);
      const feed = feedKeyOf(user, draft.targetHostName);
      if (asked) return dryRun(use, { asked, caller, app, feed, draft });

      const once = idempotencyKey === undefined ? undefined : onceOf(caller, idempotencyKey, body.hash);
      const accepted = await use.feed.accept(feed, draft, once);
      // A crash here promised nothing yet: the caller repeats, the same appNotificationId replaces, devices show one toast.
      const { isFirst } = await tellOfPost(use, { feed, fallback: draft.fallback, once, accepted });
      return answer(accepted, { status: accepted.isNew || use.always201 ? 201 : 200, base, user, isFirst });
    };
    return admitWrite(use, caller, write, { isDryRun: asked !== undefined });
  };

/** The rules of contract 2.1 about headers. The Idempotency-Key, if one was sent. */
const checkHeaders = (headers: Headers, caller: Caller): string | undefined => {
  for (const name of ["If-Modified-Since", "If-Range"]) {
    if (headers.has(name)) throw new Problem("invalid", `The header ${name} is not supported.`);
  }
  if (!headers.has("x-uns-id") && caller.kind === "app") {
    throw new Problem("invalid", "The header X-UNS-ID is required with an app-only token.");
  }
  const key = headers.get("idempotency-key") ?? undefined;
  if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Problem("invalid", "The header Idempotency-Key must be 1 to 255 visible ASCII characters.");
  }
  encodingOf(headers);
  return key;
};

/** Two apps that choose the same key do not meet, nor do two users: theirs are different feeds. */
const onceOf = ({ tenantId, clientId }: Caller, key: string, body: string): Once => ({
  key: hashOf("idempotency-key", tenantId, clientId, key),
  body,
});

type Particulars = {
  readonly status: number;
  readonly base: Call["base"];
  readonly user: User;
  /** It is answered as accepted for the first time. */
  readonly isFirst: boolean;
};

/** Exactly the original's members, in its order (contract 2.3): rawContent is never echoed. A repeat is answered the very same. */
const answer = (accepted: Accepted, { status, base, user, isFirst }: Particulars): Answer => {
  const { notification, acceptedAt, isNew } = accepted;
  const { visualContent } = notification.payload;
  return {
    status,
    ...(isFirst && { accepted: isNew ? "new" : "replaced" }),
    headers: { ...odataHeaders, Location: `${base}/me/activities/${notification.id}` },
    body: {
      "@odata.context": `${notificationsContext(base, user)}/$entity`,
      displayTimeToLive: Math.max(0, Math.floor((notification.displayUntil - acceptedAt) / 1_000)),
      expirationDateTime: printInstant(notification.expiresAt),
      groupName: notification.groupName,
      id: notification.id,
      priority: notification.priority,
      payload: visualContent ? { visualContent } : {},
    },
  };
};
