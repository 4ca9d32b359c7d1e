import { randomBytes } from "node:crypto";
import type { FeedKey } from "../feed-key.ts";
import type { Row } from "../storage/table.ts";
import { noUsage } from "../throttle/usage.ts";
import { headRow, type Head } from "./rows.ts";

/** Nine random bytes, base64url: what tells two lives of a feed, or two transactions, apart. */
export const randomStamp = (): string => randomBytes(9).toString("base64url");

/** The head of a feed never written, or purged away. Its epoch is new, so no mark of an earlier life fits. */
export const newHead = (at: number): Head => ({ epoch: randomStamp(), version: 0, at, usage: noUsage, stamps: [] });

/** The same as a row: for whoever needs a head to guard rows of its own. */
export const emptyHead = (feed: FeedKey, now: number): Row => headRow(feed, newHead(now));
