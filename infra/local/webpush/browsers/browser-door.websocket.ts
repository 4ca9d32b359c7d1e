import { STATUS_CODES, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { isLocal } from "../../http/is-local.ts";
import { readBrowserMessage } from "./browser-message.ts";
import { browsersPath } from "./browser-url.ts";
import type { Browsers } from "./browsers.ts";
import type { Line } from "./reception.ts";

const subprotocol = "push-notification";
/** A browser's largest message acknowledges much at once; what it is sent is not limited. */
const frameBytesMax = 64 * 1024;
const leaveWithinMs = 500;

/** https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const closeCodes = {
  "going-away": 1001,
  "not-text": 1003,
  "protocol-fault": 1008,
  "own-fault": 1011,
  /** Mozilla's own: the browser is not to come back by itself. Else two that take each other for one would do so for ever. */
  replaced: 4774,
} as const;

/**
 * Lets real browsers in, on the control API's port: `ws://…/_browsers`, subprotocol `push-notification`, only from this machine (Firefox names
 * the address itself as its origin). Whoever breaks the protocol has the connection closed with a sentence that says why; the service goes on.
 *
 * To ring your own Firefox from the local stack, give it a profile of its own (`about:profiles`; with another push service a profile
 * forgets its subscriptions), set in `about:config`
 * - `dom.push.testing.allowInsecureServerURL` to `true`, for the address is `ws://`,
 * - `dom.push.serverURL` to `webpush.browserUrl` of stack.json,
 *
 * and start it again. A page on `http://localhost` or `http://127.0.0.1` may subscribe like one on https. After a restart of the stack
 * Firefox is back within some five seconds. Automation (WebDriver) turns `dom.push.connection.enabled` off; there it has to be `true` again.
 */
export const browserDoor = (server: Server, browsers: Browsers): { readonly stop: () => Promise<void> } => {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: frameBytesMax,
    handleProtocols: () => subprotocol,
  });
  server.on("upgrade", (request, socket, head) => {
    // Who goes away in the middle of it is nobody's fault.
    socket.on("error", () => undefined);
    const refused = refusalOf(request);
    if (refused) refuse(socket, refused);
    else
      sockets.handleUpgrade(request, socket, head, (webSocket) =>
        serve(browsers, webSocket, request.headers["user-agent"] ?? ""),
      );
  });
  return { stop: () => closed(sockets) };
};

type Refused = { readonly status: 400 | 403 | 404; readonly error: string };

const refusalOf = ({ url, headers }: IncomingMessage): Refused | undefined => {
  if (!isLocal(headers)) return { status: 403, error: "Only programs and pages of this machine may use this." };
  if (url !== browsersPath) return { status: 404, error: `Browsers connect to ${browsersPath}.` };
  const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
  if (offered.includes(subprotocol)) return undefined;
  return { status: 400, error: `The subprotocol must be ${subprotocol}.` };
};

const refuse = (socket: Duplex, { status, error }: Refused): void => {
  const body = `${JSON.stringify({ error })}\n`;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    "connection: close",
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
};

const serve = (browsers: Browsers, webSocket: WebSocket, userAgent: string): void => {
  const line: Line = {
    send: (message) => webSocket.send(JSON.stringify(message)),
    end: (why, sentence) => webSocket.close(closeCodes[why], cut(sentence)),
  };
  const visit = browsers.connected(line, userAgent);
  const hear = async (text: string): Promise<void> => {
    const read = readBrowserMessage(text);
    if (read.kind === "said") await visit.heard(read.said);
    else line.end("protocol-fault", read.reason);
  };
  // Frames that are too large or no WebSocket frames at all: `ws` closes with the code for it, and "close" follows.
  webSocket.on("error", () => undefined);
  webSocket.on("close", () => visit.left());
  webSocket.on("message", (data: Buffer, isBinary: boolean) => {
    if (webSocket.readyState !== webSocket.OPEN) return;
    if (isBinary) webSocket.close(closeCodes["not-text"], "Messages are JSON text.");
    else
      hear(data.toString("utf8")).catch((error: unknown) => {
        console.error(error);
        webSocket.close(closeCodes["own-fault"], "The push service failed; see its output.");
      });
  });
};

/** A close reason has room for 123 bytes. */
const cut = (sentence: string): string => {
  let short = sentence;
  while (Buffer.byteLength(short) > 123) short = short.slice(0, -1);
  return short;
};

const closed = async (sockets: WebSocketServer): Promise<void> => {
  sockets.close();
  const leaving = [...sockets.clients].map(
    (webSocket) =>
      new Promise<void>((resolve) => {
        const cutOff = setTimeout(() => webSocket.terminate(), leaveWithinMs);
        webSocket.once("close", () => {
          clearTimeout(cutOff);
          resolve();
        });
        webSocket.close(closeCodes["going-away"], "The push service ends.");
      }),
  );
  await Promise.all(leaving);
};
