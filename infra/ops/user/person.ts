import { InvalidArgumentError } from "commander";
import { comparableId } from "../../../shared/auth/app-registry.ts";
import { strangeInId } from "../apps/app-options.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";

/** Somebody as tokens name them: the tenant's id and the object id in it, which never change and are never given to anybody else. */
export type Person = { readonly tenantId: string; readonly objectId: string };

/** What one app has of a person is in the feed of its host name. */
export type PersonsFeed = { readonly hostName: string; readonly feed: FeedKey };

/** How the audit knows a person. */
export const auditIdOf = ({ tenantId, objectId }: Person): string => `${tenantId}/${objectId}`;

/** An id as tokens write it: GUIDs in lower case. Throws commander's error. A sign-in name is refused: it may be somebody else's tomorrow. */
export const idOf = (text: string): string => {
  const id = text.trim();
  if (id === "" || id.length > 256) throw new InvalidArgumentError("It is an id of 1 to 256 characters.");
  if (strangeInId.test(id))
    throw new InvalidArgumentError("It has a line break, or another character that is not seen.");
  if (id.includes("@"))
    throw new InvalidArgumentError(
      "It is an object id, not a sign-in name, which may change hands. az ad user show --id <name> --query id tells it.",
    );
  return comparableId(id);
};
