import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { Problem } from "../../shared/problem.ts";
import { builtFolder } from "./built-folder.ts";
import type { Operation } from "./call.ts";

const script = "text/javascript;charset=utf-8";

/** What the service offers to browsers, by name: nothing else is looked for. */
const types: Readonly<Record<string, string>> = {
  "fanfare.js": script,
  "fanfare.d.ts": "text/plain;charset=utf-8",
  "fanfare-inbox.js": script,
  "fanfare-push.js": script,
  "fanfare-service-worker.js": script,
  "graph-notifications-library.js": script,
  "graph-notifications-library.mjs": script,
};

/** Not deployed: where they lie beside the scripts, on a laptop, browsers' developer tools are told of them and may read them. */
const mapOf = (name: string): string => `${name}.map`;
const typeOf = (name: string): string | undefined =>
  Object.entries(types).find(([file]) => name === file || (name === mapOf(file) && types[file] === script))?.[1];

type Uses = {
  /** What the scripts take as the service's address when the app names none. */
  readonly publicUrl: string;
  /** Where the files are. */
  readonly folder?: string;
};

/**
 * `GET /client/{file}`: the client library, for the pages and service workers of other origins. Each file is read once. Browsers ask
 * again after five minutes, so that they soon have what an upgraded service brings: a service worker's own script they always ask for, but
 * what it imports they take from their cache like any other file (https://www.w3.org/TR/service-workers/#dom-serviceworkerupdateviacache-imports).
 */
export const clientFile = ({ publicUrl, folder = builtFolder("client") }: Uses): Operation => {
  const kept = new Map<string, Served>();

  return async ({ request: { headers }, params: { file = "" } }) => {
    const type = typeOf(file);
    const served = type && (kept.get(file) ?? (await servedFrom(join(folder, file), publicUrl)));
    if (!served) throw new Problem("not-found", "There is nothing at this path.");
    kept.set(file, served);
    const { etag, text, ...encoding } = takesGzip(headers.get("accept-encoding")) ? served.zipped : served.plain;
    // A `<script>` is fetched without, a module with the page's origin: one must not be given the other's answer from the cache.
    const cached = {
      ETag: etag,
      "Cache-Control": "public, max-age=300, must-revalidate",
      Vary: "Origin, Accept-Encoding",
    };
    if (holds(headers.get("if-none-match"), etag)) return { status: 304, headers: cached };
    const described = {
      "Content-Type": type,
      "X-Content-Type-Options": "nosniff",
      // Any site's page may load them; there is nothing of a user in them.
      "Cross-Origin-Resource-Policy": "cross-origin",
      ...(served.hasMap && { SourceMap: mapOf(file) }),
    };
    return { status: 200, headers: { ...cached, ...described, ...encoding }, text };
  };
};

type Encoded = { readonly etag: string; readonly text: string | Uint8Array; readonly "Content-Encoding"?: "gzip" };
type Served = { readonly plain: Encoded; readonly zipped: Encoded; readonly hasMap: boolean };

/** Undefined when the build has left it out. */
const servedFrom = async (path: string, publicUrl: string): Promise<Served | undefined> => {
  const [built, map] = await Promise.all(
    [path, mapOf(path)].map((one) => readFile(one, "utf8").catch(() => undefined)),
  );
  if (built === undefined) return undefined;
  // With its quotes: an address may hold characters that end a string in a script.
  const text = built.replaceAll(/(["'`])__FANFARE_BASE_URL__\1/g, () => JSON.stringify(publicUrl));
  const zipped = await promisify(gzip)(text, { level: 9 });
  return {
    plain: { etag: etagOf(text), text },
    zipped: { etag: etagOf(zipped), text: zipped, "Content-Encoding": "gzip" },
    hasMap: map !== undefined,
  };
};

const etagOf = (content: string | Uint8Array): string =>
  `"${createHash("sha256").update(content).digest("base64url").slice(0, 22)}"`;

/** RFC 9110, section 12.5.3, for the one coding we have; who says nothing of it gets the plain text. */
const takesGzip = (acceptEncoding: string | null): boolean =>
  /(?:^|,)\s*(?:x-)?gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/i.test(acceptEncoding ?? "");

/** RFC 9110, section 13.1.2: `*`, or a list of entity-tags, compared weakly. */
const holds = (ifNoneMatch: string | null, etag: string): boolean =>
  ifNoneMatch?.trim() === "*" || (ifNoneMatch ?? "").split(",").some((one) => one.trim().replace(/^W\//, "") === etag);
