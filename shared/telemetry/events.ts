/**
 * One wide event for each request, each round of a delivery, each attempt at a device and each run of the purge, gathered while it happens and
 * emitted once, at its end. They are the one source: metrics (`measures.ts`) and what spans say (`spans.ts`) are made of them.
 */
export type FanfareEvent =
  | {
      readonly event: "request";
      /** Method and route, never the path that was asked: `POST /me/notifications`. */
      readonly operation: string;
      readonly status: number;
      readonly requestId: string;
      /** Why a request was refused: the fault's sentence, or the name of what is away, which the caller is not told. */
      readonly reason?: string;
      /** Why it was answered 406. */
      readonly throttled?: ThrottledBy;
      /**
       * What a POST that sends came to; a dry run comes to nothing new, nor does a repeat under the same Idempotency-Key, but for the first
       * that is answered as accepted after others were refused.
       */
      readonly accepted?: "new" | "replaced";
      readonly durationMs: number;
      /** So much of it the answer was held back, because the caller would wait for a change: no measure of how fast we are. */
      readonly heldMs?: number;
    }
  | {
      readonly event: "delivery";
      readonly kind: JobKind;
      readonly notificationId: string;
      readonly hop: number;
      /** How many live subscriptions the user has. */
      readonly subscriptions: number;
      /**
       * How many of them the notification's policy and content reach, done or not, and whatever has become of it since. By the first run of
       * `content` (hop 0) it was accepted for nobody when there are none.
       */
      readonly reached: number;
      /** How many endpoints came to which outcome in this run. */
      readonly outcomes: Readonly<Record<string, number>>;
      /** What the vendors gave as reasons, for outcomes other than delivered. */
      readonly reasons: readonly string[];
      /** Epoch milliseconds of the scheduled next run, if there is one. */
      readonly retryAt?: number;
      /** Those to which this content will not be brought any more: it ends before another try. */
      readonly missed?: Missed;
      /** Of the first run of content: devices it is for whose channel DATA_KEYS does not open, so that nothing is tried for them. */
      readonly closed?: number;
      readonly queuedMs?: QueuedMs;
      /** From the acceptance of the POST, PATCH or DELETE to the end of this run. */
      readonly sinceAcceptedMs: number;
    }
  | {
      /** One request to a push service. A device that is held is not attempted. */
      readonly event: "attempt";
      readonly notificationId: string;
      readonly hop: number;
      /** Content (or the word that there is some), a tap for a change of state, or the alert. */
      readonly kind: "content" | "tap" | "fallback";
      readonly channel: ChannelName;
      /** As it is believed: of a "gone" that too many say at once it is `busy`. */
      readonly outcome: "delivered" | "gone" | "busy" | "rejected" | "misconfigured";
      /** What the vendor gave as reason, or kept it from answering; never an endpoint. */
      readonly reason?: string;
      /** Of the request alone, without the wait for its turn. */
      readonly durationMs: number;
      /** The device is an operator's canary: no push service was asked, and no metric counts it. */
      readonly isCanary?: true;
      /** From the acceptance of this content, where it has reached this device for the first time. */
      readonly deliveredAfterMs?: number;
    }
  | {
      /**
       * A run that our own stores kept from its end, be it from reading or, where a `delivery` event came before, from recording what
       * was done; it is made again.
       */
      readonly event: "postponed";
      readonly notificationId: string;
      readonly hop: number;
      /** What is away: the dependency's name, never an address. */
      readonly reason: string;
      /** Epoch milliseconds of the next run. */
      readonly retryAt: number;
      readonly queuedMs?: QueuedMs;
    }
  | {
      /** A run that had nothing to do: its notification had expired or was deleted before it, or for an alert had been replaced. */
      readonly event: "lapsed";
      readonly kind: JobKind;
      readonly notificationId: string;
      readonly hop: number;
      /** Those to which this content was not brought before it ended by itself. */
      readonly missed?: Missed;
      readonly queuedMs?: QueuedMs;
      /** From the acceptance of the POST, PATCH or DELETE to this run. */
      readonly sinceAcceptedMs: number;
    }
  | {
      /** One run of the purge; it tells of itself also when there was nothing to do, so that its silence means something. */
      readonly event: "purge";
      /** Feeds that are done for an hour, and UNSIDs. */
      readonly feeds: number;
      /** Rows that were removed, of all tables, the purge's own marks not counted. */
      readonly rows: number;
      /** Those that were left for the next run because something failed. */
      readonly failed: number;
      /** How long ago the oldest of what was met could have been purged; 0 when there was nothing. */
      readonly lagSeconds: number;
      /** The run ended before it had met everything that was due. */
      readonly isMoreLeft: boolean;
      readonly durationMs: number;
    }
  | {
      /**
       * An alarm: devices whose channels cannot be opened, for DATA_KEYS lacks the key they are sealed with or has another of that name. Nothing
       * is tried for them until the key is back or they renew. Told by each instance once an hour for each key.
       */
      readonly event: "channels-closed";
      /** The key's id, which is no secret. */
      readonly keyId: string;
      /** The user's devices, of this one run. */
      readonly devices: number;
    }
  | GovernorEvent
  | DeadLettersEvent;

/** What an instance has learnt of a push service or a credential, told by each instance once, when it changes. */
type GovernorEvent =
  | {
      /** It failed, or said nothing, several times in a row: deliveries to it wait. */
      readonly event: "origin-down";
      /** The push service's host, as `toldPushHost` lets it be named: bounded, and no endpoint. */
      readonly origin: string;
      readonly reason: string;
    }
  | { readonly event: "origin-up"; readonly origin: string; readonly downMs: number }
  | {
      /** An alarm: a push service refuses our credential, or our request for what it is. Deliveries by it wait until that is mended. */
      readonly event: "credential-refused";
      /** The credential's name. */
      readonly credential: string;
      readonly origin: string;
      readonly reason: string;
    }
  | {
      readonly event: "credential-accepted";
      readonly credential: string;
      readonly origin: string;
      readonly refusedMs: number;
    }
  | {
      /**
       * An alarm: so many answers would have ended subscriptions (`gone`) or deliveries (`refused`: made with another credential, the service
       * says) that the credential is in doubt. They are not believed, and these deliveries wait.
       */
      readonly event: "pruning-stopped" | "pruning-resumed";
      readonly credential: string;
      readonly answer: "gone" | "refused";
      /** Of a hundred answers. */
      readonly sharePercent: number;
    };

/** What the watch over dead letters sees. */
type DeadLettersEvent =
  | {
      /** One look; it tells of itself also when there are none, so that its silence means something. */
      readonly event: "dead-letters";
      readonly total: number;
      /** There are more than `total`: no look goes further. */
      readonly isMore: boolean;
      /** Those this instance had not seen before, all of them at its first look. */
      readonly fresh: number;
      /** Those among them that have no event `dead-letter` of their own, for they were too many. */
      readonly untold: number;
      /** How long ago the oldest one became visible in the queue; 0 when there is none. */
      readonly oldestSeconds: number;
      readonly durationMs: number;
    }
  | {
      /** A look that could not be had. */
      readonly event: "dead-letters";
      /** What is away: the dependency's name, never an address. */
      readonly unavailable: string;
      readonly durationMs: number;
    }
  | {
      /** An alarm: a message was given up and waits for the operator, for somebody's devices were not told. */
      readonly event: "dead-letter";
      /** Its number, by which the operator's commands know it; 64 bits, so in decimal digits. */
      readonly sequence: string;
      readonly messageId: string;
      /** These four when it is a job of ours. */
      readonly notificationId?: string;
      readonly kind?: JobKind;
      readonly version?: number;
      readonly hop?: number;
      /** What keeps it from being one; never a word of it. */
      readonly unreadable?: string;
      /** The broker's or a consumer's reason, one line without addresses and credentials; likewise the description. */
      readonly reason?: string;
      readonly description?: string;
      readonly deliveryCount: number;
      /** Since it became visible in the queue. When it was given up the broker does not say. */
      readonly ageSeconds: number;
    };

/** How late a message was, from when it was due (or was accepted) to its run; told by the first event of the run alone. */
type QueuedMs = number;

/** Devices by channel, each at least one; `unknown` where nobody can say any more whom it was for. */
export type Missed = Readonly<Partial<Record<ChannelName | "unknown", number>>>;

/** What pushes are made through. */
export type ChannelName = "webpush" | "apns" | "fcm" | "wns";

/**
 * Why a caller has to wait: the user's or the app's own limit; or ours: the queue is too long, the bus has just refused a message, or a
 * dependency was away in this very request.
 */
export type ThrottledBy = "user-writes" | "user-reads" | "app-writes" | "backlog" | "bus-away" | "away";

/** What a job of the queue is about: content, a change of state, or an iOS fallback. */
type JobKind = "content" | "state" | "fallback";

/** Takes an event. It never throws, and never holds a token, key, endpoint or content. */
export type Emit = (event: FanfareEvent) => void;
