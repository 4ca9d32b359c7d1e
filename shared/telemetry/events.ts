/** One wide event for each request and each run of a delivery, gathered while it happens and emitted once, at its end. */
export type FanfareEvent =
  | {
      readonly event: "request";
      /** Method and route, never the path that was asked: `POST /me/notifications`. */
      readonly operation: string;
      readonly status: number;
      readonly requestId: string;
      /** Why a request was answered busy: the name of what is away, which the caller is not told. */
      readonly reason?: string;
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
    }
  | {
      /** A run that came to nothing because our own stores were away; it is made again. */
      readonly event: "postponed";
      readonly notificationId: string;
      readonly hop: number;
      /** What is away: the dependency's name, never an address. */
      readonly reason: string;
      /** Epoch milliseconds of the next run. */
      readonly retryAt: number;
    };

/** Takes an event. It never throws, and never holds a token, key, endpoint or content. */
export type Emit = (event: FanfareEvent) => void;
