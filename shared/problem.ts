/**
 * Why a request cannot be served, in the words of the contract (2.5). What status and code each becomes
 * is decided in one place, `functions/api/http.ts`; nothing else in the app knows HTTP numbers.
 */
export type ProblemKind =
  | "invalid"
  | "unauthenticated"
  | "invalid-data-type"
  | "forbidden"
  | "not-found"
  | "method-not-allowed"
  | "busy"
  | "conflict"
  | "gone"
  | "precondition-failed"
  | "too-large"
  | "unsupported-media-type";

/** For `busy`: whose limit was met, or what of ours cannot take more. */
export type ThrottleReason = "user-writes" | "user-reads" | "app-writes" | "backlog" | "bus-away";

/** One fault of a body: which member (`payload.visualContent.title`), and what to do about it. */
export type Fault = { readonly code: string; readonly target: string; readonly message: string };

type Particulars = {
  readonly details?: readonly Fault[];
  /** For `busy`, which a throttled caller is told too: after how many whole seconds a repeat is welcome; at least 1. */
  readonly retryAfterSeconds?: number;
  /** For `busy`; it is told by telemetry alone. */
  readonly throttledBy?: ThrottleReason;
  /** For `method-not-allowed`: what would have been allowed. */
  readonly allow?: readonly string[];
  /** Where the message quotes the caller: the same without that. */
  readonly logged?: string;
  readonly cause?: unknown;
};

/** Thrown for what the caller can only be told; anything else that is thrown is a bug, answered 500. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly kind: ProblemKind;
  readonly details: readonly Fault[];
  readonly retryAfterSeconds: number | undefined;
  readonly throttledBy: ThrottleReason | undefined;
  readonly allow: readonly string[];
  /** The message as the log may have it: nothing in it is a caller's writing, which may be anything. */
  readonly logged: string;

  /** `message` is one stable sentence for people; it never holds a secret, an endpoint or content. */
  constructor(kind: ProblemKind, message: string, particulars: Particulars = {}) {
    super(message, { cause: particulars.cause });
    this.kind = kind;
    this.details = particulars.details ?? [];
    this.retryAfterSeconds = particulars.retryAfterSeconds;
    this.throttledBy = particulars.throttledBy;
    this.allow = particulars.allow ?? [];
    this.logged = particulars.logged ?? message;
  }
}
