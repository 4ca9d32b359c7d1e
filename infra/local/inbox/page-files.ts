import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { errorCode } from "../cannot-start.ts";

/** A file as it is sent. */
export type PageFile = {
  readonly content: Buffer;
  readonly type: string;
  /** For asking whether it has changed; undefined where nothing may be kept. */
  readonly etag: string | undefined;
};

/** The built files of the page, by the paths they are served at. Read anew each time: a build may have replaced them. */
export type PageFiles = {
  /** Undefined when the path is none of theirs, `"absent"` when it is, and there is no such file. */
  readonly at: (path: string) => Promise<PageFile | "absent"> | undefined;
};

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
};

/** These must be new whenever they are loaded: all others are found by them. */
const neverKept = new Set(["index.html", "service-worker.js"]);

export const pageFiles = (folder: string): PageFiles => ({
  at: (path) => {
    if (path === "/") return read(folder, "index.html");
    if (path === "/service-worker.js") return read(folder, "service-worker.js");
    // A name and nothing that could lead out of the folder, or to what stands hidden in it.
    const [, name] = /^\/inbox\/([a-z\d][\w-]*(?:\.[a-z\d][\w-]*)+)$/i.exec(path) ?? [];
    if (name !== undefined) return read(folder, name);
    return path.startsWith("/inbox/") ? Promise.resolve("absent") : undefined;
  },
});

const read = async (folder: string, name: string): Promise<PageFile | "absent"> => {
  const type = types[extname(name)];
  if (type === undefined) return "absent";
  try {
    const content = await readFile(join(folder, name));
    const hash = createHash("sha256").update(content).digest("base64url");
    return { content, type, etag: neverKept.has(name) ? undefined : `"${hash}"` };
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "EISDIR") return "absent";
    throw error;
  }
};
