import { STATUS_CODES } from "node:http";

/** Why a push is not taken. */
export type Refusal = { readonly kind: keyof typeof table; readonly message: string };

/**
 * Statuses and error numbers as Mozilla's service answers them (autopush `docs/src/errors.md`), with 403 for another
 * application server's key, where Mozilla says 401: RFC 8292 section 4.2 and the other browsers' services do so.
 * Mozilla ignores Urgency; a wrong one is refused here because Apple refuses it.
 */
const table = {
  "no-such-endpoint": { status: 404, errno: 102 },
  "endpoint-gone": { status: 410, errno: 106, headers: { "cache-control": "max-age=86400" } },
  "not-authenticated": { status: 401, errno: 109, headers: { "www-authenticate": "vapid" } },
  "wrong-sender": { status: 403, errno: 109 },
  "too-large": { status: 413, errno: 104 },
  "bad-encryption": { status: 400, errno: 110 },
  "no-ttl": { status: 400, errno: 111 },
  "bad-ttl": { status: 400, errno: 112 },
  "bad-topic": { status: 400, errno: 113 },
  "bad-urgency": { status: 400, errno: null },
  "wrong-method": { status: 405, errno: null },
  "own-fault": { status: 503, errno: 201, headers: { "retry-after": "1" } },
} as const satisfies Record<
  string,
  { status: number; errno: number | null; headers?: Readonly<Record<string, string>> }
>;

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** The answer to a refused push. */
export const refusalAnswer = ({ kind, message }: Refusal): Answer => {
  const { status, errno, ...rest } = table[kind];
  const body = JSON.stringify({ code: status, errno, error: STATUS_CODES[status], message });
  return { status, headers: { "content-type": "application/json", ...("headers" in rest ? rest.headers : {}) }, body };
};
