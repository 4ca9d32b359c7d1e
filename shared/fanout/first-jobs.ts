import type { FeedKey } from "../feed-key.ts";
import { alertAt } from "../notification/fallback.ts";
import type { Notification } from "../notification/notification.ts";
import type { FanoutJob } from "./job.ts";

type Posted = {
  readonly feed: FeedKey;
  /** As it was stored, or was when the same POST came first. */
  readonly notification: Pick<Notification, "id" | "version" | "expiresAt">;
  readonly fallback: Notification["fallback"];
  /** Epoch milliseconds at which it was stored: from then the fallback's delay counts. */
  readonly acceptedAt: number;
};

/**
 * The messages of a POST: one that brings the content and, where there is a fallback and its delay ends before the notification does, one
 * that is due then and alerts who has not fetched it. The same POST has the same messages, however often it comes.
 */
export const firstJobs = ({ feed, notification, fallback, acceptedAt }: Posted): readonly FanoutJob[] => {
  const { id, version, expiresAt } = notification;
  const content: FanoutJob = { v: 1, feed, id, version, kind: "content", hop: 0, acceptedAt };
  const due = alertAt({ fallback, contentAt: acceptedAt, expiresAt });
  return due === undefined ? [content] : [content, { ...content, kind: "fallback", due }];
};
