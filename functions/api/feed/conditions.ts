import type { HttpRequest } from "@azure/functions";
import type { Precondition } from "../../../shared/feed/feed.ts";
import { parseIfMatch } from "../../../shared/feed/if-match.ts";

/** What `If-Match` asks of the stored notification; undefined when it was not sent. Throws `invalid` when it is malformed. */
export const conditionOf = ({ headers }: Pick<HttpRequest, "headers">): Precondition | undefined => {
  const header = headers.get("if-match");
  return header === null ? undefined : parseIfMatch(header);
};
