import { randomBytes } from "node:crypto";
import type { Row } from "../storage/table.ts";
import { noUsage } from "../throttle/usage.ts";
import { headRow } from "./rows.ts";
import type { FeedKey } from "../feed-key.ts";

/** The head of a feed that nothing was written to yet: whoever needs one to guard its own rows makes it, with an epoch of its own. */
export const emptyHead = (feed: FeedKey, now: number): Row =>
  headRow(feed, { epoch: randomBytes(9).toString("base64url"), version: 0, at: now, usage: noUsage, stamp: "" });
