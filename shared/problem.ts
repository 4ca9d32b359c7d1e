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

/** One fault of a body: which member (`payload.visualContent.title`), and what to do about it. */
export type Fault = { readonly code: string; readonly target: string; readonly message: string };

type Particulars = {
  readonly details?: readonly Fault[];
  /** For `busy`, which a throttled caller is told too: after how many whole seconds a repeat is welcome; at least 1. */
  readonly retryAfterSeconds?: number;
  /** For `method-not-allowed`: what would have been allowed. */
  readonly allow?: readonly string[];
  readonly cause?: unknown;
};

/** Thrown for what the caller can only be told; anything else that is thrown is a bug, answered 500. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly kind: ProblemKind;
  readonly details: readonly Fault[];
  readonly retryAfterSeconds: number | undefined;
  readonly allow: readonly string[];

  /** `message` is one stable sentence for people; it never holds a secret, an endpoint or content. */
  constructor(kind: ProblemKind, message: string, particulars: Particulars = {}) {
    super(message, { cause: particulars.cause });
    this.kind = kind;
    this.details = particulars.details ?? [];
    this.retryAfterSeconds = particulars.retryAfterSeconds;
    this.allow = particulars.allow ?? [];
  }
}
