/** What is wrong with a member of a request (`google.rpc.BadRequest`); without `field`, with the request itself. */
export type Violation = { readonly field?: string; readonly description: string };

/** Why a push is not taken. */
export type Refusal = {
  readonly kind: keyof typeof table;
  readonly message: string;
  readonly violations?: readonly Violation[];
  /** `google.rpc.ErrorInfo`: why an account may not. */
  readonly infoReason?: string;
};

/**
 * HTTP status, Google's status and FCM's own code of each refusal that can come about here; the others (`QUOTA_EXCEEDED`, `UNAVAILABLE` …)
 * are made with `_faults`. https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode
 */
const table = {
  "not-authenticated": { code: 401, status: "UNAUTHENTICATED", errorCode: undefined },
  "not-permitted": { code: 403, status: "PERMISSION_DENIED", errorCode: undefined },
  "no-such-project": { code: 404, status: "NOT_FOUND", errorCode: undefined },
  "bad-json": { code: 400, status: "INVALID_ARGUMENT", errorCode: undefined },
  "invalid-argument": { code: 400, status: "INVALID_ARGUMENT", errorCode: "INVALID_ARGUMENT" },
  "sender-id-mismatch": { code: 403, status: "PERMISSION_DENIED", errorCode: "SENDER_ID_MISMATCH" },
  unregistered: { code: 404, status: "NOT_FOUND", errorCode: "UNREGISTERED" },
  "own-fault": { code: 500, status: "INTERNAL", errorCode: "INTERNAL" },
} as const;

const typeOf = (name: string): string => `type.googleapis.com/google.${name}`;

/** The answer to a refused push: status and JSON body, in Google's order. */
export const refusalAnswer = ({
  kind,
  message,
  violations = [],
  infoReason,
}: Refusal): { readonly status: number; readonly body: unknown } => {
  const { code, status, errorCode } = table[kind];
  const metadata = { service: "fcm.googleapis.com" };
  const details = [
    ...(errorCode ? [{ "@type": typeOf("firebase.fcm.v1.FcmError"), errorCode }] : []),
    ...(violations.length > 0 ? [{ "@type": typeOf("rpc.BadRequest"), fieldViolations: violations }] : []),
    ...(infoReason !== undefined
      ? [{ "@type": typeOf("rpc.ErrorInfo"), reason: infoReason, domain: "googleapis.com", metadata }]
      : []),
  ];
  return { status: code, body: { error: { code, message, status, ...(details.length > 0 && { details }) } } };
};

/** A refusal for members that are wrong: the message is all their descriptions, as Google writes it. */
export const invalidMembers = (kind: "bad-json" | "invalid-argument", violations: readonly Violation[]): Refusal => ({
  kind,
  message: violations.map(({ description }) => description).join("\n"),
  violations,
});
