import {
  Agent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { pipeline } from "node:stream";
import { invoke } from "../app/invoke.ts";
import type { Worker } from "../app/worker.ts";
import { logFailure, printLog } from "../app/log.ts";
import { endEmpty, headersOf, hostOf, setPlatformHeaders, type Exchange } from "./http-server.ts";

/** The library's server ends a connection after 5 s without a request: ours must be given up before, or a request meets the end. */
const idleMilliseconds = 4_000;

/**
 * Answers requests when the app turned request streams on. The request itself goes to the HTTP server that the library
 * runs inside the app, named by an invocation id; the invocation goes the usual way and carries headers and route
 * parameters only. The two meet in the library, in whatever order they come. So does Azure's host, by a reverse proxy
 * (https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script.Grpc/Server/DefaultHttpProxyService.cs).
 */
export const streamExchanges = (worker: Worker, streamUrl: URL) => {
  const agent = new Agent({ keepAlive: true, timeout: idleMilliseconds });
  const answer = async (exchange: Exchange): Promise<void> => {
    const { target, params, request, response, platformHeaders } = exchange;
    const metadata = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, { string: value }]));
    const invocation = invoke(worker, {
      registration: target.registration,
      trigger: target.trigger,
      input: {},
      metadata: { ...metadata, Headers: { json: JSON.stringify(headersOf(request)) } },
      traceParent: request.headersDistinct.traceparent?.[0],
      traceState: request.headersDistinct.tracestate?.[0],
    });
    const upstream = forward(exchange, { invocationId: invocation.id, streamUrl, agent });
    // The library waits for ever for a request that broke off before it came: let it have the request first.
    response.once(
      "close",
      () => void invocation.argumentsReady.then(() => response.writableFinished || upstream.destroy()),
    );
    try {
      const { result } = await invocation.finished;
      if (result === undefined || result === null) throw new Error(answeredNothing);
      await closed(response);
    } catch (error) {
      if (response.destroyed && !response.writableFinished) return; // nobody is left to be answered
      logFailure(target.name, error);
      upstream.destroy();
      endEmpty(response, 500, platformHeaders);
    }
  };
  return { answer, close: () => agent.destroy() };
};

const answeredNothing =
  "it returned nothing. With request streams on, Azure leaves such a request without an answer until it times out.";

type Forwarding = { readonly invocationId: string; readonly streamUrl: URL; readonly agent: Agent };

const forward = (exchange: Exchange, { invocationId, streamUrl, agent }: Forwarding): ClientRequest => {
  const { request, response, path } = exchange;
  const upstream = httpRequest({
    agent,
    host: "127.0.0.1",
    port: streamUrl.port,
    method: request.method,
    path: path.encoded + path.query,
    headers: {
      ...endToEnd(request),
      "x-forwarded-for": request.socket.remoteAddress ?? "127.0.0.1",
      "x-forwarded-host": hostOf(request),
      "x-forwarded-proto": "http",
      "x-ms-invocation-id": invocationId,
    },
  });
  upstream.on("error", (error) => {
    if (response.headersSent || response.destroyed) return; // the client went away, or the invocation failed and says why
    printLog("error", `Function ${exchange.target.name}: a request did not reach the app: ${error.message}`);
    endEmpty(response, 502, exchange.platformHeaders);
  });
  upstream.on("response", (answer) => passOn(answer, exchange));
  if (!hasBody(request)) return upstream.end();
  request.pipe(upstream);
  // A body may come late or never, and the app judges the head, and how long it waits, all the same.
  setImmediate(() => upstream.headersSent || upstream.flushHeaders());
  return upstream;
};

const passOn = (answer: IncomingMessage, { response, platformHeaders }: Exchange): void => {
  response.statusCode = answer.statusCode ?? 500;
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    if (!hopByHop.has(name) && values) response.setHeader(name, values.length === 1 ? values.join() : values);
  }
  setPlatformHeaders(response, platformHeaders);
  pipeline(answer, response, (error) => error && response.destroy());
  // Head and first piece go out together when both are there; a head alone does not wait for a body that comes late.
  setImmediate(() => response.headersSent || response.flushHeaders());
};

/** RFC 9110 section 7.6.1; the framing of a body is told anew for each connection. */
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const endToEnd = (request: IncomingMessage): Record<string, string> => {
  const named = new Set((request.headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase()));
  const kept = Object.entries(headersOf(request)).filter(
    ([name]) => !hopByHop.has(name) && !named.has(name) && name !== "host" && name !== "expect",
  );
  const chunked = request.headers["transfer-encoding"] === undefined ? {} : { "transfer-encoding": "chunked" };
  return { ...Object.fromEntries(kept), ...chunked };
};

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

const closed = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    if (response.closed) resolve();
    else response.once("close", resolve);
  });
