import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { PassThrough } from "node:stream";
import { invoke } from "../app/invoke.ts";
import type { TypedData } from "../app/core-contract.ts";
import type { Worker } from "../app/worker.ts";
import { logFailure } from "../app/log.ts";
import { endEmpty, headersOf, hostOf, setPlatformHeaders, type Exchange } from "./http-server.ts";

/**
 * Answers requests when the app turned request streams on. The request itself goes to the HTTP server that the library
 * runs inside the app, named by an invocation id; the invocation goes the usual way and carries headers and route
 * parameters only. The two meet in the library, in whatever order they come. Azure's host has that server in another process and
 * is a reverse proxy before it (https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script.Grpc/Server/DefaultHttpProxyService.cs);
 * here both are one process, and a second connection would cost each request as much as all that the library does.
 */
export const streamExchanges =
  (worker: Worker, streamServer: Server) =>
  async (exchange: Exchange): Promise<void> => {
    const { target, params, request, response, platformHeaders } = exchange;
    const metadata: Record<string, TypedData> = {};
    for (const [name, value] of Object.entries(params)) metadata[name] = { string: value };
    metadata.Headers = { json: JSON.stringify(headersOf(request)) };
    const invocation = invoke(worker, {
      registration: target.registration,
      trigger: target.trigger,
      input: {},
      metadata,
      traceParent: request.headersDistinct.traceparent?.[0],
      traceState: request.headersDistinct.tracestate?.[0],
    });
    const passed = passedOn(exchange, invocation.id);
    beforeHead(response, () => setPlatformHeaders(response, platformHeaders));
    streamServer.emit("request", passed, response);
    try {
      const { result } = await invocation.finished;
      if (result === undefined || result === null) throw new Error(answeredNothing);
      await closed(request, response);
    } catch (error) {
      if (response.destroyed && !response.writableFinished) return; // nobody is left to be answered
      logFailure(target.name, error);
      passed.destroy();
      if (!response.headersSent) forgetHeaders(response);
      endEmpty(response, 500);
    }
  };

const answeredNothing =
  "it returned nothing. With request streams on, Azure leaves such a request without an answer until it times out.";

/**
 * The request as far as the library looks at it. Its body is a stream of its own: an app that reads no further ends that one, and not the
 * client's connection, on which the answer is still to go.
 */
const passedOn = ({ request, response, path }: Exchange, invocationId: string): PassThrough => {
  const passed = Object.assign(new PassThrough(), {
    method: request.method,
    url: path.encoded + path.query,
    headers: {
      "x-forwarded-host": hostOf(request),
      "x-forwarded-proto": "http",
      "x-ms-invocation-id": invocationId,
    },
  });
  passed.on("error", () => undefined); // whoever reads it is told
  if (!hasBody(request)) return passed.end();
  request.pipe(passed);
  request.once("close", () => request.complete || passed.destroy(new Error("aborted")));
  // What an answered request still brings is nobody's, but the next one on its connection comes behind it.
  response.once("finish", () => request.unpipe(passed).resume());
  return passed;
};

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/** Those of an answer that came to nothing; whether the connection goes on is the host's to say. */
const forgetHeaders = (response: ServerResponse): void => {
  for (const name of response.getHeaderNames()) if (name !== "connection") response.removeHeader(name);
};

/** Calls once all headers are set and none is sent. */
const beforeHead = (response: ServerResponse, call: () => void): void => {
  const writeHead = response.writeHead.bind(response) as (...given: unknown[]) => ServerResponse;
  response.writeHead = (...given: unknown[]) => {
    call();
    return writeHead(...given);
  };
};

/** A response whose turn on its connection has not come is not told that the client hung up; the connection is. */
const closed = ({ socket }: IncomingMessage, response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    if (response.closed || socket.destroyed) {
      resolve();
      return;
    }
    const all = waiting.get(socket) ?? waitingOn(socket);
    all.add(resolve);
    response.once("close", () => {
      all.delete(resolve);
      resolve();
    });
  });

/** One listener for all requests of a connection, for those that wait may be many. */
const waitingOn = (socket: Socket): Set<() => void> => {
  const all = new Set<() => void>();
  waiting.set(socket, all);
  socket.once("close", () => {
    for (const resolve of all) resolve();
  });
  return all;
};
const waiting = new WeakMap<Socket, Set<() => void>>();
