import type { FanfareEvent } from "./events.ts";

/** An event as a line for people, on a laptop: `POST /me/notifications 201, 55 ms`. Undefined for one that is nothing to them. */
export const readable = (event: FanfareEvent): string | undefined => {
  switch (event.event) {
    case "request":
      if (event.heldMs !== undefined) return undefined; // a page that follows its feed waits again and again
      return `${event.operation} ${event.status}, ${event.durationMs} ms${event.reason === undefined ? "" : `: ${event.reason}`}`;
    case "attempt":
      return undefined; // its run says how many came to which outcome, and why
    case "delivery": {
      const counts = Object.entries(event.outcomes).map(([outcome, count]) => `${count} ${outcome}`);
      const reasons = event.reasons.length > 0 ? ` (${event.reasons.join(", ")})` : "";
      const retry = event.retryAt === undefined ? "" : `; again at ${timeOf(event.retryAt)}`;
      const outcome = counts.length > 0 ? counts.join(", ") : nobodyOf(event);
      const what = event.kind === "content" ? "" : ` of ${event.kind}`;
      return `delivery${what} ${event.notificationId}: ${outcome}${reasons}, ${event.sinceAcceptedMs} ms after it was accepted${retry}`;
    }
    case "postponed":
      return `delivery ${event.notificationId}: ${event.reason}; again at ${timeOf(event.retryAt)}`;
    case "lapsed":
      return `delivery ${event.notificationId}: ${event.missed ? "it ended before everybody was told" : "expired or deleted, nobody is told"}`;
    case "purge": {
      const failed = event.failed > 0 ? `, ${event.failed} failed` : "";
      const lag = event.lagSeconds > 0 ? `, ${event.lagSeconds} s behind` : "";
      const more = event.isMoreLeft ? "; more is left" : "";
      return `purge: ${event.rows} expired rows of ${event.feeds} feeds${failed}${lag}, ${event.durationMs} ms${more}`;
    }
    case "channels-closed":
      return `ALARM DATA_KEYS does not open what the key ${event.keyId} sealed: ${event.devices} devices of a user get no push`;
    case "origin-down":
      return `push service ${event.origin} is down (${event.reason}): its deliveries wait`;
    case "origin-up":
      return `push service ${event.origin} is up again after ${secondsOf(event.downMs)} s`;
    case "credential-refused":
      return `ALARM push service ${event.origin} refuses the credential ${event.credential} (${event.reason}): its deliveries wait`;
    case "credential-accepted":
      return `push service ${event.origin} accepts the credential ${event.credential} again after ${secondsOf(event.refusedMs)} s`;
    case "pruning-stopped":
      return `ALARM ${event.sharePercent} % of answers to the credential ${event.credential} are ${event.answer}: none is believed`;
    case "pruning-resumed":
      return `${event.sharePercent} % of answers to the credential ${event.credential} are ${event.answer}: believed again`;
    case "dead-letters": {
      if ("unavailable" in event) return `dead letters: ${event.unavailable}`;
      if (event.total === 0) return undefined; // once a minute, on a screen that somebody reads
      const total = `${event.isMore ? "more than " : ""}${event.total}`;
      return `dead letters: ${total}, ${event.fresh} new; npm run ops -- dead-letters list`;
    }
    case "dead-letter": {
      const what = event.unreadable ?? `${event.kind ?? "message"} ${event.notificationId ?? ""}`;
      const after = `after ${event.deliveryCount} deliveries`;
      return `ALARM dead letter ${event.sequence}, ${what}: ${event.reason ?? "no reason given"}, ${after}`;
    }
  }
};

type Numbers = { readonly subscriptions: number; readonly reached: number; readonly retryAt?: number };

/** Which of the many reasons, the notification's platforms, content and state say. */
const nobodyOf = ({ subscriptions, reached, retryAt }: Numbers): string => {
  if (subscriptions === 0) return "nobody is subscribed";
  if (reached === 0) return `it is for none of ${subscriptions} subscriptions`;
  return retryAt === undefined ? "nobody is left to be told" : "it is nobody's turn yet";
};

const timeOf = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(11, 19)}Z`;

const secondsOf = (ms: number): number => Math.round(ms / 1_000);
