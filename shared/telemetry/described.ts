import type { Attributes } from "@opentelemetry/api";
import type { FanfareEvent } from "./events.ts";

/** What an event tells the span it happened in; undefined where that is another span's affair. */
export type Described = { readonly name?: string; readonly attributes: Attributes; readonly isFailed: boolean };

/**
 * Of a request and of a delivery's run what their spans say, by the semantic conventions of OpenTelemetry where these have a name for it.
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export const described = (event: FanfareEvent): Described | undefined => {
  switch (event.event) {
    case "request": {
      const { operation, status, requestId, throttled } = event;
      const [method = "", route = ""] = operation.split(" ", 2);
      return {
        name: operation,
        attributes: {
          "http.request.method": method,
          ...(route.startsWith("/") && { "http.route": route }),
          "http.response.status_code": status,
          "fanfare.request.id": requestId,
          ...(throttled && { "fanfare.throttled": throttled }),
        },
        isFailed: status >= 500,
      };
    }
    case "delivery":
      return runOf(event, { "fanfare.job.kind": event.kind, "fanfare.reached": event.reached });
    case "lapsed":
      return runOf(event, { "fanfare.job.kind": event.kind });
    case "postponed":
      return { ...runOf(event, {}), isFailed: true };
    default:
      return undefined;
  }
};

type RunEvent = Extract<FanfareEvent, { event: "delivery" | "lapsed" | "postponed" }>;

const runOf = ({ event, notificationId, hop }: RunEvent, attributes: Attributes): Described => ({
  attributes: {
    "fanfare.notification.id": notificationId,
    "fanfare.job.hop": hop,
    "fanfare.run": event, // of several rounds the last one's word
    ...attributes,
  },
  isFailed: false,
});
