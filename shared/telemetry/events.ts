/** One wide event for each request and each run of a delivery, gathered while it happens and emitted once, at its end. */
export type FanfareEvent =
  | {
      readonly event: "request";
      /** Method and route, never the path that was asked: `POST /me/notifications`. */
      readonly operation: string;
      readonly status: number;
      readonly requestId: string;
      readonly durationMs: number;
    }
  | {
      readonly event: "delivery";
      readonly notificationId: string;
      readonly hop: number;
      /** How many endpoints came to which outcome in this run. */
      readonly outcomes: Readonly<Record<string, number>>;
      /** What the vendors gave as reasons, for outcomes other than delivered. */
      readonly reasons: readonly string[];
      /** Epoch milliseconds of the scheduled next run, if there is one. */
      readonly retryAt?: number;
      /** From the 201 to the end of this run. */
      readonly sinceAcceptedMs: number;
    };

/** Takes an event. It never throws, and never holds a token, key, endpoint or content. */
export type Emit = (event: FanfareEvent) => void;
