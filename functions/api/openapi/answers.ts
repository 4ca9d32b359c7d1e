import * as z from "zod";
import { outcomeKinds } from "../../../shared/delivery/ledger.ts";
import { platformTypes, priorities, readStates, userActionStates } from "../../../shared/notification/notification.ts";
import { notificationTypes } from "../../../shared/subscription/subscription.ts";

/** What the service answers, as its description shows it. Tests hold real answers against these, so that the page cannot drift from them. */
const id = z.uuid().describe("Made by the service; lower case.");
const instant = z.iso.datetime().describe("UTC with Z, trailing zeros of the fraction trimmed.");
const secondsLeft = z.int().min(0).describe("Whole seconds left at the time of answering.");
const groupName = z.string().max(64).nullable();
const priority = z.enum(priorities);
const visualContent = z.strictObject({
  title: z.string(),
  body: z.string().exactOptional(),
  imageUrl: z.string().exactOptional(),
  actionUrl: z.string().exactOptional(),
  sound: z.string().exactOptional(),
  badge: z.int().exactOptional(),
});
const context = z.url();
const platforms = z.array(z.enum(platformTypes));

export const acceptedAnswer = z
  .strictObject({
    "@odata.context": context,
    displayTimeToLive: secondsLeft,
    expirationDateTime: instant,
    groupName,
    id,
    priority,
    payload: z.strictObject({ visualContent: visualContent.exactOptional() }),
  })
  .describe("Exactly the original's seven members; rawContent is never echoed.");

export const entityAnswer = z.strictObject({
  id,
  targetHostName: z.string(),
  appNotificationId: z.string(),
  groupName,
  creationDateTime: instant,
  lastModifiedDateTime: instant.nullable().describe("null until the notification is first changed."),
  expirationDateTime: instant,
  status: z.enum(["active", "updated"]),
  priority,
  displayTimeToLive: secondsLeft,
  readState: z.enum(readStates),
  userActionState: z.enum(userActionStates),
  targetPolicy: z.strictObject({ platformTypes: platforms }),
  payload: z.strictObject({ rawContent: z.string().exactOptional(), visualContent: visualContent.exactOptional() }),
  "@odata.etag": z.string().describe("For If-Match; moves with every change of the notification."),
});

export const tombstoneAnswer = z
  .strictObject({
    id,
    status: z.literal("deleted"),
    "@removed": z.strictObject({ reason: z.literal("deleted") }),
  })
  .describe("What is left of a deleted notification until it expires.");

export const listAnswer = z.strictObject({
  "@odata.context": context,
  value: z.array(entityAnswer),
  "@odata.nextLink": z.url().exactOptional().describe("The next page; absent on the last one."),
});

export const deltaAnswer = z.strictObject({
  "@odata.context": context,
  value: z.array(z.union([entityAnswer, tombstoneAnswer])),
  "@odata.nextLink": z.url().exactOptional().describe("More of this pass."),
  "@odata.deltaLink": z.url().exactOptional().describe("The end of this pass: ask here for what changes from now on."),
});

export const markedAnswer = z.strictObject({
  value: z.array(z.strictObject({ id: z.string(), status: z.union([z.literal(200), z.literal(404)]) })),
  "@odata.nextLink": z.url().exactOptional().describe("With all: PATCH here, with the same body, for the rest."),
});

const outcome = z.enum(outcomeKinds);
const reason = z.string().nullable().describe("The push service's own, or ours.");
const attempt = z.strictObject({ outcome, reason, dateTime: instant });

export const deliveriesAnswer = z.strictObject({
  notification: z
    .strictObject({
      id: z.string(),
      targetHostName: z.string(),
      appNotificationId: z.string(),
      status: z.enum(["active", "updated", "deleted"]),
      priority: z.enum(priorities),
      platformTypes: z.array(z.enum(platformTypes)),
      content: z.array(z.enum(["rawContent", "visualContent"])).describe("What it has; not what it says."),
      displayTimeToLive: z.int().describe("Of its visual content, in seconds."),
      fallbackDelayInSeconds: z.int().nullable().describe("null where it has no fallback."),
      readState: z.enum(readStates),
      userActionState: z.enum(userActionStates),
      creationDateTime: instant,
      contentDateTime: instant.describe("Of the content that stands: later than the creation if it was replaced."),
      lastModifiedDateTime: instant.nullable(),
      expirationDateTime: instant,
      version: z.int(),
      contentVersion: z.int(),
    })
    .describe("The notification itself."),
  value: z.array(
    z.strictObject({
      subscriptionId: z.string(),
      platformType: z.enum(platformTypes).nullable().describe("null once the device is no longer subscribed."),
      displayName: z.string().nullable(),
      outcome: z.enum([...outcomeKinds, "none"]).describe("Of the latest attempt; none where none was made."),
      reason,
      attempts: z.int(),
      lastAttemptDateTime: instant.nullable(),
      nextAttemptDateTime: instant.nullable(),
      explanation: z.string().describe("Why it rang, or did not: a sentence for people."),
      earlierAttempts: z.array(attempt).describe("Before the latest one, latest first; the last few."),
      tap: attempt.nullable().describe("The latest tap for a change of state."),
      fallback: z
        .strictObject({
          dueDateTime: instant,
          outcome: z.enum([...outcomeKinds, "none"]).describe("Of the latest attempt; none where none was made."),
          reason,
          attempts: z.int(),
          lastAttemptDateTime: instant.nullable(),
          explanation: z.string().describe("Why it was alerted, will be, or is not: a sentence for people."),
        })
        .nullable()
        .describe("The alert of the fallback; null where there is none for this device."),
    }),
  ),
});

const subscription = {
  id: z.string().describe("Names the subscription in paths; no secret."),
  expirationDateTime: instant,
  targetHostName: z.string(),
  platformType: z.enum(platformTypes),
  deviceId: z.string(),
  displayName: z.string().nullable(),
  notificationType: z.enum(notificationTypes),
};
const { id: subscriptionId, ...subscriptionRest } = subscription;
const resubscribe = z
  .literal(true)
  .exactOptional()
  .describe(
    "There when the browser's channel is bound to a key that is being retired: unsubscribe it, subscribe it with the key of vapidPublicKey, and post the new channel.",
  );

export const subscribedAnswer = z.strictObject({
  id: subscriptionId,
  userNotificationSubscriptionId: z
    .string()
    .describe("The UNSID: hand it to your app server, which posts to this user by it. A secret."),
  ...subscriptionRest,
  resubscribe,
});

export const subscriptionAnswer = z.strictObject({
  ...subscription,
  channelState: z
    .enum(["active", "gone"])
    .describe("gone: the push service no longer knows the device; subscribe again."),
  resubscribe,
});

export const subscriptionsAnswer = z.strictObject({
  value: z.array(subscriptionAnswer),
});

export const vapidAnswer = z.strictObject({
  publicKey: z
    .string()
    .describe("Give it to PushManager.subscribe as applicationServerKey. The current one, while two are in use."),
});

export const errorAnswer = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string().describe("One stable sentence for each case, and the particulars."),
    details: z
      .array(z.strictObject({ code: z.string(), target: z.string(), message: z.string() }))
      .exactOptional()
      .describe("Every fault of the body, by member."),
    innerError: z.strictObject({ date: z.string(), "request-id": z.uuid(), "client-request-id": z.string() }),
  }),
});
