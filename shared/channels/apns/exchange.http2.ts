import { constants, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import type { Busy } from "../outcome.ts";
import type { ApnsResponse } from "./response.ts";

/** One request: POST, with these headers beside the path. */
export type Push = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** What is known of a push that was sent. */
export type Exchanged =
  | { readonly kind: "answered"; readonly response: ApnsResponse }
  /** The server has certainly not looked at it: it can go again at once. */
  | { readonly kind: "not-taken"; readonly reason: string }
  /** Nobody knows what became of it, or there was nobody. */
  | { readonly kind: "lost"; readonly reason: string; readonly origin: Busy["origin"] };

/** A server's word that it ends the connection: it looks at no stream above `last`, whatever the code. */
export type Goodbye = { readonly code: number; readonly last: number };

/** The connection that a stream is on. */
type Line = {
  /** An answer has begun. */
  readonly heard: () => void;
  /** The time was up before one had. */
  readonly silent: () => void;
  readonly goodbye: () => Goodbye | undefined;
  /** A word for how the connection ended, if it has. */
  readonly fault: () => string | undefined;
};

/** Of an answer's body, only the beginning is read: a reason and a time. */
const answerBytesMax = 2_048;
const headersFrame = 1; // RFC 9113, section 6.2

/** Opens a stream. Undefined when the connection ended this moment, or has used up its numbers for streams. */
export const requested = (session: ClientHttp2Session, { path, headers }: Push): ClientHttp2Stream | undefined => {
  try {
    return session.request({ ":method": "POST", ":path": path, ...headers });
  } catch {
    return undefined;
  }
};

/** Sends the body over a new stream and waits for the answer, until `signal` aborts. Resolves once the stream is closed; never rejects. */
export const exchange = (
  stream: ClientHttp2Stream,
  body: string,
  signal: AbortSignal,
  line: Line,
): Promise<Exchanged> =>
  new Promise((resolve) => {
    let answer: ApnsResponse | undefined;
    let wasNeverSent = false;
    const frameError = (type: number): void => void (wasNeverSent ||= type === headersFrame);
    const timeUp = (): void => {
      stream.close(constants.NGHTTP2_CANCEL);
      stream.destroy(); // does not wait until the server takes the reset, which may be never
      if (!answer) line.silent();
    };
    stream.setEncoding("utf8");
    stream.on("response", (headers) => {
      line.heard();
      stream.off("frameError", frameError); // Node counts its listeners in a byte
      answer = { status: headers[":status"] ?? 0, retryAfter: headers["retry-after"], text: "" };
    });
    stream.on("data", (chunk: string) => {
      if (answer) answer = { ...answer, text: (answer.text + chunk).slice(0, answerBytesMax) };
      if (answer?.text.length === answerBytesMax) stream.close(constants.NGHTTP2_CANCEL);
    });
    // A GOAWAY came between the stream's making and its sending: Node says so here, and closes it with a code that says nothing.
    stream.on("frameError", frameError);
    stream.on("error", () => undefined); // "close" follows, with the code
    stream.once("close", () => {
      signal.removeEventListener("abort", timeUp);
      // The status came, and with it the answer: a body that breaks off takes nothing back.
      if (answer) resolve({ kind: "answered", response: answer });
      else if (signal.aborted) resolve({ kind: "lost", reason: "TimeoutError", origin: "silent" });
      else resolve(unanswered(stream, wasNeverSent, line));
    });
    signal.addEventListener("abort", timeUp, { once: true });
    stream.end(body);
  });

/** What RFC 9113 lets a client conclude, sections 6.8 and 8.7, and nothing beyond it. */
const unanswered = (stream: ClientHttp2Stream, wasNeverSent: boolean, line: Line): Exchanged => {
  const { id, rstCode } = stream;
  const goodbye = line.goodbye();
  const reason = line.fault() ?? `the stream was reset with code ${rstCode}`;
  const isAbove = goodbye !== undefined && id !== undefined && id > goodbye.last;
  if (wasNeverSent || id === undefined || isAbove) return { kind: "not-taken", reason };
  // Node gives every stream the code of the connection, if that ended with one.
  const ownCode = goodbye === undefined || goodbye.code === constants.NGHTTP2_NO_ERROR ? rstCode : undefined;
  if (ownCode === constants.NGHTTP2_REFUSED_STREAM) return { kind: "not-taken", reason };
  return { kind: "lost", reason, origin: ownCode === constants.NGHTTP2_ENHANCE_YOUR_CALM ? "throttled" : "silent" };
};
