import { buffer } from "node:stream/consumers";
import type { RpcCookie, RpcHttp, TypedData } from "../app/core-contract.ts";
import { invoke } from "../app/invoke.ts";
import { logFailure } from "../app/log.ts";
import type { Worker } from "../app/worker.ts";
import { endEmpty, headersOf, hostOf, setPlatformHeaders, type Exchange } from "./http-server.ts";

/**
 * Answers requests when request streams are off: request and answer are one message each, in memory.
 * A request without Content-Length then arrives with an empty body, a hole of Azure's host that is kept on purpose
 * (https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script.Grpc/MessageExtensions/GrpcMessageConversionExtensions.cs).
 */
export const messageExchanges =
  (worker: Worker) =>
  async (exchange: Exchange): Promise<void> => {
    const { target, request, response, platformHeaders } = exchange;
    try {
      const invocation = invoke(worker, {
        registration: target.registration,
        trigger: target.trigger,
        input: { http: await requestMessage(exchange) },
        metadata: {},
        traceParent: request.headersDistinct.traceparent?.[0],
        traceState: request.headersDistinct.tracestate?.[0],
      });
      const { response: answered } = await invocation.finished;
      const answer = answered.returnValue?.http;
      if (!answer) {
        endEmpty(response, 204, platformHeaders);
        return;
      }
      response.statusCode = Number(answer.statusCode);
      for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
      if (answer.cookies?.length) response.setHeader("set-cookie", answer.cookies.map(setCookieOf));
      setPlatformHeaders(response, platformHeaders);
      response.end(bytesOf(answer.body));
    } catch (error) {
      if (request.destroyed && !request.complete) return; // the client went away while it was sending
      logFailure(target.name, error);
      endEmpty(response, 500, platformHeaders);
    }
  };

const requestMessage = async ({ request, path, params }: Exchange): Promise<RpcHttp> => {
  const query = Object.fromEntries(new URLSearchParams(path.query));
  const hasBody = Number(request.headers["content-length"] ?? 0) > 0;
  return {
    url: `http://${hostOf(request)}${path.encoded}${path.query}`,
    method: request.method ?? "",
    nullableHeaders: nullable(headersOf(request)),
    nullableQuery: nullable(query),
    nullableParams: nullable(params),
    ...(hasBody && { body: { bytes: await buffer(request) } }),
  };
};

const nullable = (values: Readonly<Record<string, string>>): Record<string, { value: string }> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));

const bytesOf = (body: TypedData | null | undefined): Uint8Array | string => body?.bytes ?? body?.string ?? "";

const sameSiteNames = { none: undefined, lax: "Lax", strict: "Strict", explicitNone: "None" } as const;

/** RFC 6265 section 4.1, from the worker's form of a cookie. */
const setCookieOf = (cookie: RpcCookie): string => {
  const attributes: readonly (readonly [string, string | number | undefined])[] = [
    ["Max-Age", cookie.maxAge?.value],
    ["Domain", cookie.domain?.value],
    ["Path", cookie.path?.value],
    ["Expires", cookie.expires && new Date(cookie.expires.value.seconds * 1000).toUTCString()],
    ["SameSite", sameSiteNames[cookie.sameSite ?? "none"]],
  ];
  return [
    `${cookie.name}=${encodeURIComponent(cookie.value)}`,
    ...attributes.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])),
    ...(cookie.httpOnly?.value ? ["HttpOnly"] : []),
    ...(cookie.secure?.value ? ["Secure"] : []),
  ].join("; ");
};
