import { ofTypedBody, type Content, type Paths } from "./described.ts";

const accepted: Content = { schema: "Accepted", example: "accepted" };
const headers = ["Location", "OData-Version"] as const;

export const sending: Paths = {
  "/me/notifications": {
    post: {
      summary: "Send one notification to a user, on all their devices.",
      description:
        "It is stored, then answered, then delivered: 201 does not wait for devices. The same appNotificationId posted again while it lives replaces it: the same id, unread again, and devices show one in place of the other.",
      tag: "Sending",
      parameters: ["unsid", "idempotencyKey", "contentEncoding"],
      body: { schema: "Notification", example: "notification" },
      answers: {
        201: { says: "Stored, and on its way to the devices.", content: accepted, headers },
        200: { says: "The same appNotificationId was still live: replaced, unread again.", content: accepted, headers },
      },
      faults: [...ofTypedBody, "409"],
    },
  },
};
