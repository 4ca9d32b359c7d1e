import { createHash } from "node:crypto";
import { gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { Problem } from "../../shared/problem.ts";

/** Decoded; contract 2.1. */
const bodyBytesMax = 65_536;
/** Encoded: what cannot shrink grows a little. Nothing larger than this is ever held. */
const encodedBytesMax = bodyBytesMax + 4_096;
/** For the whole body, however it trickles: whoever stalls must not hold an instance. */
const bodyTimeMs = 10_000;

type Encoding = "identity" | "gzip" | "deflate";
type Incoming = { readonly headers: Headers; readonly body: Readable | null };
/** As much of a stream as is asked of one here. */
type Readable = {
  readonly getReader: () => {
    readonly read: () => Promise<{ readonly value?: Uint8Array | undefined }>;
    readonly cancel: () => Promise<unknown>;
  };
};

/** Checks the headers that say how to read a JSON body. Throws `unsupported-media-type` naming the one that is wrong. */
export const encodingOf = (headers: Headers): Encoding => {
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") {
    throw new Problem("unsupported-media-type", "The Content-Type must be application/json.");
  }
  const encoding = (headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  if (encoding === "identity" || encoding === "gzip" || encoding === "deflate") return encoding;
  throw new Problem("unsupported-media-type", "The Content-Encoding must be gzip or deflate, or absent.");
};

/** A body understood as JSON, and a hash of its decoded bytes: two that have the same hash are the same. */
export type Body = { readonly json: unknown; readonly hash: string };

/**
 * Reads a JSON body of at most 64 KiB, decoded. Throws `too-large` beyond, without holding or inflating more than that,
 * and `invalid` when it does not arrive in time (10,000 milliseconds by default), cannot be decoded, is not JSON, or is an array.
 */
export const readBody = async (
  { headers, body }: Incoming,
  { timeLimitMs = bodyTimeMs }: { readonly timeLimitMs?: number } = {},
): Promise<Body> => {
  const encoding = encodingOf(headers);
  if (Number(headers.get("content-length") ?? 0) > encodedBytesMax) throw tooLarge();
  const decoded = decode(await bytesOf(body, timeLimitMs), encoding);
  if (decoded.byteLength > bodyBytesMax) throw tooLarge();
  const json = parse(decoded);
  if (Array.isArray(json)) throw new Problem("invalid", "The body must be one JSON object, not an array.");
  return { json, hash: createHash("sha256").update(decoded).digest("base64url") };
};

/** `readBody` for whoever needs no hash. */
export const readJson = async (...asked: Parameters<typeof readBody>): Promise<unknown> =>
  (await readBody(...asked)).json;

const parse = (decoded: Buffer): unknown => {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(decoded)) as unknown;
  } catch (cause) {
    throw new Problem("invalid", "The body must be JSON, in UTF-8.", { cause });
  }
};

const bytesOf = async (body: Incoming["body"], timeLimitMs: number): Promise<Buffer> => {
  if (!body) return Buffer.alloc(0);
  const reader = body.getReader();
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Problem("invalid", "The body did not arrive in time.")), timeLimitMs);
  });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const { value } = await Promise.race([reader.read(), tooSlow]);
      if (!value) return Buffer.concat(chunks);
      bytes += value.byteLength;
      if (bytes > encodedBytesMax) throw tooLarge();
      chunks.push(value);
    }
  } catch (cause) {
    reader.cancel().catch(() => undefined); // what still comes is nobody's
    if (cause instanceof Problem) throw cause;
    throw new Problem("invalid", "The body broke off.", { cause }); // the caller went away: nothing that we could mend
  } finally {
    clearTimeout(timer);
  }
};

const decode = (bytes: Buffer, encoding: Encoding): Buffer => {
  if (encoding === "identity") return bytes;
  try {
    const { buffer, engine } = inflaterFor(bytes, encoding)(bytes, { maxOutputLength: bodyBytesMax, info: true });
    if (engine.bytesWritten === bytes.length) return buffer;
  } catch (cause) {
    if (cause instanceof RangeError && "code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    throw undecodable(encoding, cause);
  }
  throw undecodable(encoding, new Error("Something follows the compressed data.")); // zlib itself would overlook it
};

/** What zlib gives with `info`, which its types do not know: `bytesWritten` is how much of the input was taken. */
type Inflate = (
  bytes: Buffer,
  options: { readonly maxOutputLength: number; readonly info: true },
) => { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } };

const inflaterFor = (bytes: Buffer, encoding: "gzip" | "deflate"): Inflate => {
  if (encoding === "gzip") return gunzipSync as unknown as Inflate;
  // RFC 9110 means zlib-wrapped by "deflate"; some clients send it raw. The wrapper's first byte tells (RFC 1950).
  const isWrapped = bytes.length >= 2 && bytes.readUInt16BE() % 31 === 0 && ((bytes[0] ?? 0) & 15) === 8;
  return (isWrapped ? inflateSync : inflateRawSync) as unknown as Inflate;
};

const undecodable = (encoding: Encoding, cause: unknown): Problem =>
  new Problem("invalid", `The body is not what its Content-Encoding (${encoding}) says.`, { cause });

const tooLarge = (): Problem => new Problem("too-large", "The body must be at most 64 KiB, decoded.");
