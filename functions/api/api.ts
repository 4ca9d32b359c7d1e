import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import type { Clock } from "../../shared/clock.ts";
import type { Emit, ThrottledBy } from "../../shared/telemetry/events.ts";
import { answerTo, isBug, reasonOf, throttledByOf, type Answer, type RequestIds } from "./http.ts";
import { router, type Routes } from "./router.ts";

type Uses = {
  readonly api: Routes;
  readonly outside: Routes;
  readonly clock: Clock;
  /** Without prefix and trailing slash; every link is built from it, never from the Host header. */
  readonly publicUrl: string;
  readonly corsAllowedOrigins: readonly string[];
};

/** Where the edge tells what happened: one event a request, and bugs with their stack. */
export type Telling = { readonly emit: Emit; readonly bug: (error: unknown, requestId: string) => void };

const exposedHeaders = "Location, ETag, Retry-After, request-id, client-request-id";
/** And where an answer owns up to a preference, that: a page that waits for changes must know whether it is waited. */
const exposedBy = ({ headers = {} }: Answer): string =>
  "Preference-Applied" in headers ? `${exposedHeaders}, Preference-Applied` : exposedHeaders;

/** The one HTTP trigger: finds the operation, runs it, and makes an answer of whatever it returns or throws. */
export const apiHandler = (use: Uses) => {
  const find = router(use.api, use.outside);

  return async (request: HttpRequest, telling: Telling): Promise<HttpResponseInit> => {
    const startedAt = use.clock.now();
    const asked = idsOf(request.headers);
    const method = request.method.toUpperCase();
    let operation = `${method} (no such path or method)`;
    let reason: string | undefined;
    let throttled: ThrottledBy | undefined;
    const run = async (): Promise<Answer> => {
      const found = find(method, new URL(request.url).pathname);
      operation = `${method} ${found.route}`;
      return found.operation({ request, params: found.params, base: use.publicUrl + found.prefix });
    };
    const answer = await run().catch((error: unknown) => {
      reason = reasonOf(error);
      throttled = throttledByOf(error);
      if (isBug(error)) telling.bug(error, asked.requestId);
      return answerTo(error, asked, use.clock.now());
    });
    const durationMs = use.clock.now() - startedAt;
    if (!isHealthy(operation, answer))
      telling.emit({
        event: "request",
        operation,
        status: answer.status,
        requestId: asked.requestId,
        ...(reason !== undefined && { reason }),
        ...(throttled && { throttled }),
        ...(answer.accepted && { accepted: answer.accepted }),
        durationMs,
        ...(answer.heldMs !== undefined && { heldMs: answer.heldMs }),
      });
    return responseOf(answer, asked, isAllowedOrigin(request.headers.get("origin"), use.corsAllowedOrigins));
  };
};

/** Probes come every few seconds, from several places; only a failing one is worth an event. */
const isHealthy = (operation: string, { status }: Answer): boolean =>
  operation.startsWith("GET /health/") && status === 200;

/** Our id is new; the caller's own is echoed when it is at most 128 visible ASCII characters (contract 2.1). */
const idsOf = (headers: Headers): RequestIds => {
  const requestId = crypto.randomUUID();
  const given = headers.get("client-request-id") ?? "";
  const clientRequestId = /^[\x21-\x7e]{1,128}$/.test(given) ? given : requestId;
  return { requestId, clientRequestId };
};

const responseOf = (answer: Answer, ids: RequestIds, isCrossOrigin: boolean): HttpResponseInit => {
  const text = answer.text ?? (answer.body === undefined ? undefined : JSON.stringify(answer.body));
  return {
    status: answer.status,
    headers: {
      ...(text !== undefined && { "Content-Type": "application/json;charset=utf-8" }),
      "request-id": ids.requestId,
      "client-request-id": ids.clientRequestId,
      "Strict-Transport-Security": "max-age=31536000",
      "Cache-Control": "private",
      // The platform in front answers preflights and allows the origin; which headers a page may read, only the app can say.
      ...(isCrossOrigin && { "Access-Control-Expose-Headers": exposedBy(answer) }),
      ...answer.headers,
    },
    ...(text !== undefined && { body: text }),
  };
};

const isAllowedOrigin = (origin: string | null, allowed: readonly string[]): boolean =>
  origin !== null && (allowed.includes("*") || allowed.includes(origin));
