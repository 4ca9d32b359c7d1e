import type { GetToken } from "./client-options.ts";
import { answerOf, type Parse } from "./feed-answers.ts";
import { offline, type Answer } from "./feed-api.ts";

/** Whom the service is asked as. */
export type Asking = {
  /** The service's address, without `/beta` and trailing slash. */
  readonly baseUrl: string;
  readonly getToken: GetToken;
  /** The UNSID of this browser's subscription; undefined when it has none. */
  readonly unsid?: () => Promise<string | undefined> | string | undefined;
  /** Told when the service took a request only without the UNSID: the subscription has ended, time to subscribe anew. */
  readonly onUnsidRefused?: (unsid: string) => void;
};

/** So long, in seconds, an answer is waited for, beyond what the service was asked to wait. */
const answerSeconds = 30;

type Request<T> = {
  /** From `/me/notifications` on. */
  readonly path: string;
  readonly method?: "POST" | "PATCH" | "DELETE";
  readonly body?: object;
  readonly etag?: string | undefined;
  readonly waitSeconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly parse: Parse<T>;
};

export type Ask = <T>(request: Request<T>) => Promise<Answer<T>>;

/** Asks the service, with a token that is renewed once, and a UNSID that is left out once it is refused. Never rejects. */
export const asking =
  ({ baseUrl, getToken, unsid, onUnsidRefused }: Asking): Ask =>
  async <T>({ path, method, body, etag, waitSeconds = 0, parse, signal: given }: Request<T>): Promise<Answer<T>> => {
    const timeout = AbortSignal.timeout((answerSeconds + waitSeconds) * 1_000);
    const signal = AbortSignal.any([given ?? timeout, timeout]);

    const attempt = async (actor: string | undefined, isRefused = false): Promise<Answer<T>> => {
      let token: string | undefined;
      try {
        token = await getToken({ isRefused, signal });
      } catch (cause) {
        return offline(`getToken: ${String(cause)}`);
      }
      if (!token) return { kind: "unauthorized", reason: "no token" };
      const headers = {
        Authorization: `Bearer ${token}`,
        ...(actor && { "X-UNS-ID": actor }),
        ...(etag && { "If-Match": `"${etag}"` }),
        ...(waitSeconds && { Prefer: `wait=${waitSeconds}` }),
        ...(body && { "Content-Type": "application/json" }),
      };
      const sent = {
        headers,
        signal,
        // What the user did last is sent even if they close the page with it.
        ...(method && { method, keepalive: true }),
        ...(body && { body: JSON.stringify(body) }),
        // The token says who asks. No cookie is to go along, no cache to answer for the service.
        credentials: "omit",
        cache: "no-store",
      } as const;
      const answer = await answerOf(await fetch(`${baseUrl}/beta/me/notifications${path}`, sent), parse);
      if (answer.kind === "unauthorized" && !isRefused) return attempt(actor, true);
      if (answer.kind !== "forbidden" || !actor) return answer;
      // It may be the UNSID that is refused: an ended subscription must not lock the user out of the feed.
      const without = await attempt(undefined, isRefused);
      if (without.kind !== "forbidden") onUnsidRefused?.(actor);
      return without;
    };

    try {
      return await attempt(await unsid?.());
    } catch (cause) {
      return offline(cause);
    }
  };
