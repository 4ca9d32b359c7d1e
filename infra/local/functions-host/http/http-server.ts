import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { HttpFunction } from "../triggers.ts";
import type { Cors } from "./cors.ts";
import type { Front } from "./front.ts";
import { requestPathOf, type RequestPath } from "./request-path.ts";
import { isReserved, matchRoute } from "./route.ts";

/** A request that a function shall answer. */
export type Exchange = {
  readonly target: HttpFunction;
  readonly params: Readonly<Record<string, string>>;
  readonly path: RequestPath;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Headers the answer gets besides the function's own, and instead of them. */
  readonly platformHeaders: Readonly<Record<string, string>>;
};

type Uses = {
  /** In the order they were registered: the first that matches path and method answers. */
  readonly functions: readonly HttpFunction[];
  readonly cors: Cors;
  /** Asked before everybody else. */
  readonly front?: Front | undefined;
  readonly answer: (exchange: Exchange) => void;
};

/**
 * The host's front door. What no function's route and methods match gets a 404 without a body, as on Azure, where a wrong
 * method is no 405 (https://github.com/Azure/azure-functions-host/issues/10098). TRACE and CONNECT reach no function:
 * the web platform's `Request`, which functions get, cannot hold them.
 */
export const createHttpServer = (use: Uses): Server => {
  const server = createServer({ keepAliveTimeout: idleMostMs }, (request, response) => {
    // A client that goes away is no fault of the host.
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    handle(use, request, response);
  });
  server.on("connect", (_request, socket) => {
    socket.on("error", () => undefined);
    socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
  });
  return server;
};

/**
 * As Azure's front end keeps a connection on which nothing is said. Node's five seconds end where a caller that pauses so long begins to write
 * again, and it is answered by a reset.
 */
const idleMostMs = 240_000;

const handle = ({ functions, cors, front, answer }: Uses, request: IncomingMessage, response: ServerResponse): void => {
  const method = request.method ?? "";
  const path = requestPathOf(request.url ?? "");
  if (!path || !isHost(request.headers.host)) {
    endEmpty(response, 400);
    return;
  }
  if (front?.answers(request, response, path)) return;
  const preflight = cors.preflight(method, request.headers);
  if (preflight) {
    endEmpty(response, 204, preflight);
    return;
  }
  const platformHeaders = cors.answer(request.headers);
  if (isReserved(path.decoded) || method === "TRACE") {
    endEmpty(response, 404, platformHeaders);
    return;
  }
  for (const target of functions) {
    const params = target.methods.includes(method) ? matchRoute(target.route, path.decoded) : undefined;
    if (params) {
      answer({ target, params, path, request, response, platformHeaders });
      return;
    }
  }
  endEmpty(response, 404, platformHeaders);
};

/**
 * Absent (HTTP/1.0), empty, or a host and perhaps a port: as Azure's web server, Kestrel, checks it. The library makes the
 * app's URL of it, so anything else would become part of the path, or no URL at all.
 */
const isHost = (host = ""): boolean =>
  host === "" || (/^(?:[\w.~!$&'()*+,;=%-]+|\[[\da-f:.]+\])(?::\d*)?$/i.test(host) && URL.canParse(`http://${host}`));

/** The host for the app's URL, which needs one. */
export const hostOf = ({ headers: { host } }: IncomingMessage): string =>
  host === undefined || host === "" ? "localhost" : host;

/** Ends an answer without a body, unless it has begun: then nothing but breaking off can tell the client. */
export const endEmpty = (
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void => {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // RFC 9110 section 8.6: a 204 has no Content-Length.
  response.writeHead(status, status === 204 ? headers : { ...headers, "content-length": "0" }).end();
};

/** All request headers as the host hands them on: duplicates joined with commas. */
export const headersOf = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headersDistinct).flatMap(([name, values]) => (values ? [[name, values.join(",")]] : [])),
  );

/** Sets a header beside what is there already: `Vary` names are added up, others replace. */
export const setPlatformHeaders = (response: ServerResponse, headers: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(headers)) {
    const before = name === "vary" ? response.getHeader(name) : undefined;
    response.setHeader(name, before === undefined ? value : `${String(before)}, ${value}`);
  }
};
