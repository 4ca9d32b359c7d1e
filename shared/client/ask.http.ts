import type { GetToken } from "./client-options.ts";
import type { Answer, Setback } from "./feed-api.ts";
import { faultIn } from "./feed-answers.ts";

/** Whom the service is asked as. */
export type Asking = {
  /** The service's address, without `/beta`. */
  readonly baseUrl: string;
  readonly getToken: GetToken;
  /** The UNSID of this browser's subscription; undefined when it has none. */
  readonly unsid?: () => Promise<string | undefined> | string | undefined;
  /** Told when the service took a request only without the UNSID: the subscription has ended, time to subscribe anew. */
  readonly onUnsidRefused?: (unsid: string) => void;
  readonly fetch?: (url: string, request: RequestInit) => Promise<Response>;
  /** `answerMs`: how long an answer is waited for, beyond what the service was asked to wait; 30 s by default. */
  readonly waits?: { readonly answerMs?: number };
};

type Request<T> = {
  /** From `/me/notifications` on. */
  readonly path: string;
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  readonly body?: unknown;
  readonly etag?: string | undefined;
  readonly waitSeconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** False: neither token nor UNSID goes with it. */
  readonly isPublic?: boolean;
  /** What a 2xx is read into; undefined if it is not the service's answer. */
  readonly parse: (body: unknown, response: Response) => T | undefined;
};

export type Ask = <T>(request: Request<T>) => Promise<Answer<T>>;

/** Asks the service, with a token that is renewed once, and a UNSID that is left out once it is refused. Never rejects. */
export const asking = ({ baseUrl, getToken, unsid, onUnsidRefused, waits, ...given }: Asking): Ask => {
  const send = given.fetch ?? ((url, request) => fetch(url, request));

  const once = async <T>(request: Request<T>, signal: AbortSignal, token?: string, actor?: string) => {
    const { path, method = "GET", body, etag, waitSeconds } = request;
    const headers: Record<string, string> = {};
    if (token !== undefined) headers.Authorization = `Bearer ${token}`;
    if (actor !== undefined) headers["X-UNS-ID"] = actor;
    if (etag !== undefined) headers["If-Match"] = `"${etag}"`;
    if (waitSeconds) headers.Prefer = `wait=${waitSeconds}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const sent = {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // The token says who asks. No cookie is to go along, no cache to answer for the service.
      credentials: "omit",
      cache: "no-store",
      // What the user did last is sent even if they close the page with it.
      keepalive: method !== "GET",
      signal,
    } as const;
    const response = await send(`${baseUrl.replace(/\/+$/, "")}/beta/me/notifications${path}`, sent);
    return { response, answer: answerOf(response, await jsonIn(response), request) };
  };

  return async (request) => {
    const timeout = AbortSignal.timeout((waits?.answerMs ?? 30_000) + (request.waitSeconds ?? 0) * 1_000);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    try {
      signal.throwIfAborted();
      if (request.isPublic) return (await once(request, signal)).answer;
      let token = await getToken({ isRefused: false, signal });
      const actor = await unsid?.();
      for (let isRenewed = false; token !== undefined;) {
        const { response, answer } = await once(request, signal, token, actor);
        if (response.status === 401 && !isRenewed) {
          isRenewed = true;
          token = await getToken({ isRefused: true, signal });
        } else if (answer.kind === "forbidden" && actor !== undefined) {
          // It may be the UNSID that is refused: an ended subscription must not lock the user out of the feed.
          const without = await once(request, signal, token);
          if (without.answer.kind !== "forbidden") onUnsidRefused?.(actor);
          return without.answer;
        } else return answer;
      }
      return { kind: "unauthorized", reason: "no token" };
    } catch (cause) {
      return { kind: "offline", reason: String(cause) };
    }
  };
};

/** Undefined for what is not JSON. Rejects only when the answer breaks off. */
const jsonIn = async (response: Response): Promise<unknown> => {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const answerOf = <T>(response: Response, body: unknown, request: Request<T>): Answer<T> => {
  const { status } = response;
  if (response.ok) {
    const value = request.parse(body, response);
    return value === undefined ? failed(status) : { kind: "ok", value };
  }
  return setbackOf(response, faultIn(body));
};

const failed = (status: number, reason = "not an answer of the service"): Setback => ({
  kind: "failed",
  status,
  reason,
});

/** Only the service's own word ends or drops anything: a 404 or a 403 without it is some proxy's. */
const setbackOf = ({ status, headers }: Response, reason: string | undefined): Setback => {
  const retryAfter = headers.get("Retry-After");
  if (status === 401) return { kind: "unauthorized", reason: reason ?? "401" };
  // Gateways in front of the service say 429 or 503 and mean the same.
  if (status === 406 || retryAfter !== null) {
    return { kind: "throttled", reason: reason ?? String(status), waitMs: Number(retryAfter) * 1_000 || 5_000 };
  }
  if (reason === undefined || status >= 500) return failed(status, reason);
  const kind = plain[status];
  return kind ? { kind, reason } : { kind: "refused", status, reason };
};

const plain: Readonly<Record<number, "forbidden" | "not-found" | "gone" | "changed">> = {
  403: "forbidden",
  404: "not-found",
  410: "gone",
  412: "changed",
};
