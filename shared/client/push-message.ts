import { isText, markIn, membersOf, versionedIn } from "./feed-answers.ts";
import type { UserNotification } from "./notification.ts";

/** What a push says (contract, section 5): content that brings the feed from one state to the next, or that there is something to read. */
export type PushMessage =
  | {
      readonly kind: "content";
      readonly baseETag: string;
      readonly newETag: string;
      readonly notification: UserNotification;
      /** The service asks the browser to subscribe anew: its key is being replaced. */
      readonly isToResubscribe: boolean;
    }
  | { readonly kind: "tap"; readonly newETag: string; readonly isToResubscribe: boolean };

/**
 * Reads the text of a push; undefined when it is none of Fanfare's, for an app may be pushed by others, too. Never throws. Content that
 * cannot be read is a tap all the same: there is something to fetch.
 */
export const parsePushMessage = (text: string): PushMessage | undefined => {
  const { changeType, newETag, baseETag, notification, resubscribe } = parseMembers(text);
  const isContent = changeType === "afsChange";
  if (!isETag(newETag) || !(isContent || changeType === "afsChangeNotification")) return undefined;
  const said = { newETag, isToResubscribe: resubscribe === true };
  const content =
    isContent && isETag(baseETag) && versionedIn({ ...asItComes(notification), "@odata.etag": `"${newETag}"` });
  return content && isDrawable(content.notification)
    ? { kind: "content", ...said, baseETag, notification: content.notification }
    : { kind: "tap", ...said };
};

const parseMembers = (text: string): Partial<Record<string, unknown>> => {
  try {
    return Object(JSON.parse(text)) as Partial<Record<string, unknown>>;
  } catch {
    return {};
  }
};

/** What is of another type than the contract says would break whoever shows it, time and again. */
const isDrawable = ({ groupName, payload }: Readonly<Record<"groupName" | "payload", unknown>>): boolean => {
  const { rawContent, visualContent } = membersOf(payload);
  const { title, body, actionUrl, imageUrl } = membersOf(visualContent);
  const texts = [rawContent, body, actionUrl, imageUrl, groupName ?? undefined];
  return texts.every((text) => text === undefined || isText(text)) && (visualContent === undefined || isText(title));
};

const isETag = (value: unknown): value is string => typeof value === "string" && markIn(`"${value}"`) === value;

/** A push of content names no state: content comes unread and untouched, and what was done since is for the delta to tell. */
const asItComes = (notification: unknown): object => ({
  groupName: null,
  ...(notification as object | undefined),
  lastModifiedDateTime: null,
  readState: "unread",
  userActionState: "noInteraction",
});
