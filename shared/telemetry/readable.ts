import type { FanfareEvent } from "./events.ts";

/** An event as a line for people, on a laptop: `POST /me/notifications 201, 55 ms`. */
export const readable = (event: FanfareEvent): string => {
  switch (event.event) {
    case "request":
      return `${event.operation} ${event.status}, ${event.durationMs} ms${event.reason === undefined ? "" : `: ${event.reason}`}`;
    case "delivery": {
      const counts = Object.entries(event.outcomes).map(([outcome, count]) => `${count} ${outcome}`);
      const reasons = event.reasons.length > 0 ? ` (${event.reasons.join(", ")})` : "";
      const retry = event.retryAt === undefined ? "" : `; again at ${timeOf(event.retryAt)}`;
      const outcome = counts.length > 0 ? counts.join(", ") : nobodyOf(event.subscriptions);
      const what = event.kind === "content" ? "" : ` of ${event.kind}`;
      return `delivery${what} ${event.notificationId}: ${outcome}${reasons}, ${event.sinceAcceptedMs} ms after it was accepted${retry}`;
    }
    case "postponed":
      return `delivery ${event.notificationId}: ${event.reason}; again at ${timeOf(event.retryAt)}`;
    case "lapsed":
      return `delivery ${event.notificationId}: expired or deleted, nobody is told`;
    case "purge": {
      const failed = event.failed > 0 ? `, ${event.failed} failed` : "";
      const lag = event.lagSeconds > 0 ? `, ${event.lagSeconds} s behind` : "";
      const more = event.isMoreLeft ? "; more is left" : "";
      return `purge: ${event.rows} expired rows of ${event.feeds} feeds${failed}${lag}, ${event.durationMs} ms${more}`;
    }
  }
};

/** Which of the many reasons, the notification's platforms, content and state say. */
const nobodyOf = (subscriptions: number): string =>
  subscriptions === 0 ? "nobody is subscribed" : `none of ${subscriptions} subscriptions is to be told`;

const timeOf = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(11, 19)}Z`;
