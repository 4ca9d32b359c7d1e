import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { Problem } from "../../shared/problem.ts";
import type { Operation } from "./call.ts";

type Headers = Readonly<Record<string, string>>;

/** A file, and what is told of it. */
export type FileFound = {
  readonly text: string;
  readonly cacheControl: string;
  /** Its `Content-Type` at least. */
  readonly headers: Headers;
};

/**
 * `GET …/{file}`: files that stay as they are for as long as the app runs. `find` is asked once for each; it resolves to undefined for a
 * name it does not offer. They go compressed to whoever takes that, and not again to those who have them.
 */
export const servedFile = (find: (name: string) => Promise<FileFound | undefined>): Operation => {
  const kept = new Map<string, Promise<Served | undefined>>();
  const once = (name: string): Promise<Served | undefined> => {
    const before = kept.get(name);
    if (before) return before;
    const served = find(name).then((file) => file && servedOf(file));
    kept.set(name, served);
    // Only what is there is kept: of other names there are as many as anybody cares to ask for.
    const forget = (): unknown => kept.delete(name);
    void served.then((found) => found ?? forget(), forget);
    return served;
  };

  return async ({ request, params: { file = "" } }) => {
    const served = await once(file);
    if (!served) throw new Problem("not-found", "There is nothing at this path.");
    const { plain, zipped, cacheControl, headers } = served;
    const { etag, text, ...encoding } = takesGzip(request.headers.get("accept-encoding")) ? zipped : plain;
    // A `<script>` is fetched without, a module with the page's origin: one must not be given the other's answer from the cache.
    const cached = { ETag: etag, "Cache-Control": cacheControl, Vary: "Origin, Accept-Encoding" };
    if (holds(request.headers.get("if-none-match"), etag)) return { status: 304, headers: cached };
    return {
      status: 200,
      headers: { ...cached, ...headers, "X-Content-Type-Options": "nosniff", ...encoding },
      text,
    };
  };
};

type Encoded = { readonly etag: string; readonly text: string | Uint8Array; readonly "Content-Encoding"?: "gzip" };
type Served = Omit<FileFound, "text"> & { readonly plain: Encoded; readonly zipped: Encoded };

const servedOf = async ({ text, ...told }: FileFound): Promise<Served> => {
  const zipped = await promisify(gzip)(text, { level: 9 });
  return {
    ...told,
    plain: { etag: etagOf(text), text },
    zipped: { etag: etagOf(zipped), text: zipped, "Content-Encoding": "gzip" },
  };
};

/** Of the bytes that are sent: the two forms of a file have two, for a strong tag names bytes. */
const etagOf = (content: string | Uint8Array): string =>
  `"${createHash("sha256").update(content).digest("base64url").slice(0, 22)}"`;

/** RFC 9110, section 12.5.3, for the one coding we have; who says nothing of it gets the plain text. */
const takesGzip = (acceptEncoding: string | null): boolean =>
  /(?:^|,)\s*(?:x-)?gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/i.test(acceptEncoding ?? "");

/** RFC 9110, section 13.1.2: `*`, or a list of entity-tags, compared weakly. */
const holds = (ifNoneMatch: string | null, etag: string): boolean =>
  ifNoneMatch?.trim() === "*" || (ifNoneMatch ?? "").split(",").some((one) => one.trim().replace(/^W\//, "") === etag);
