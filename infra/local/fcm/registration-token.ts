import { createHash, randomBytes } from "node:crypto";

/** Which project's app a token was made for: to senders opaque, as all of it. */
const markOf = (projectId: string): string => createHash("sha256").update(projectId).digest("base64url").slice(0, 12);

/** What an Android app gets when it registers: in the form that Google's have, for the apps of one Firebase project. */
export const newRegistrationToken = (projectId: string): string =>
  `${randomBytes(16).toString("base64url")}:APA91b${markOf(projectId)}${randomBytes(91).toString("base64url")}`;

/** What a text is as a token: none at all, one of another project's apps, or one that may have been of this project's. */
export const tokenStanding = (text: string, projectId: string): "malformed" | "another-project" | "ours" => {
  const [, mark] = /^[\w-]{22}:APA91b([\w-]{12})[\w-]{122}$/.exec(text) ?? [];
  if (mark === undefined) return "malformed";
  return mark === markOf(projectId) ? "ours" : "another-project";
};
