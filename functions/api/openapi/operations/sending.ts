import { ofTypedBody, type Content, type Paths } from "./described.ts";

const accepted: Content = { schema: "Accepted", example: "accepted" };
const acceptedOrDryRun: Content = { schema: "AcceptedOrDryRun", example: "dryRun" };
const headers = ["Location", "OData-Version"] as const;

export const sending: Paths = {
  "/me/notifications": {
    post: {
      summary: "Send one notification to a user, on all their devices.",
      description:
        "It is stored, then answered, then delivered: 201 does not wait for devices. The same appNotificationId posted again while it lives replaces it: the same id, unread again, and devices show one in place of the other. A dry run takes the same checks, in the same order, and tells what would be stored and what each device would be pushed, to the byte. It asks for the throttles and counts in none of a write's, but as a read; it heeds no Idempotency-Key.",
      tag: "Sending",
      parameters: ["unsid", "dryRun", "prefer", "idempotencyKey", "contentEncoding"],
      body: { schema: "Notification", example: "notification" },
      answers: {
        201: { says: "Stored, and on its way to the devices.", content: accepted, headers },
        200: {
          says: "The same appNotificationId was still live: replaced, unread again. Or what a dry run found, which has no Location.",
          content: acceptedOrDryRun,
          headers: [...headers, "Preference-Applied"],
        },
      },
      faults: [...ofTypedBody, "409"],
    },
  },
};
