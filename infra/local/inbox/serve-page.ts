import type { IncomingMessage, ServerResponse } from "node:http";
import { Refused } from "../http/refused.ts";
import { send } from "./answer.ts";
import { pageHeaders, workerHeaders } from "./headers.ts";
import type { PageFile, PageFiles } from "./page-files.ts";
import { mayNotSeePage } from "./visitor.ts";

const workerPath = "/service-worker.js";

/**
 * Serves the page's files. Undefined, with nothing done, when the path is none of theirs, or is asked otherwise than for reading: what
 * the app says to that is said here, too. Throws `Refused`.
 */
export const servePage =
  (files: PageFiles, issuer: string) =>
  (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> | undefined => {
    const isRead = request.method === "GET" || request.method === "HEAD";
    const found = isRead ? files.at(path) : undefined;
    return found && serve({ request, response, path, issuer }, found);
  };

type Visit = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly issuer: string;
};

const serve = async (visit: Visit, found: Promise<PageFile | "absent">): Promise<void> => {
  const { request, response } = visit;
  const file = await found;
  const objection = mayNotSeePage(request.headers);
  if (objection !== undefined) throw new Refused(403, objection);
  if (file === "absent") throw new Refused(404, "The page has no such file. Was it built? npm run build");
  const headers = headersOf(visit, file);
  if (file.etag !== undefined && namesIn(request.headers["if-none-match"]).includes(file.etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  send(response, 200, headers, file.content);
};

const headersOf = ({ path, issuer }: Visit, { type, etag }: PageFile) => ({
  ...(path === workerPath ? workerHeaders(issuer) : pageHeaders(issuer)),
  "content-type": type,
  // Whether it is still the same is asked each time, which costs nothing here.
  ...(etag === undefined ? { "cache-control": "no-store" } : { "cache-control": "no-cache", etag }),
  ...(path.endsWith(".js") && { sourcemap: path === workerPath ? "/inbox/service-worker.js.map" : `${path}.map` }),
});

/** RFC 9110 section 13.1.2: a weak one is as good here. */
const namesIn = (header = ""): readonly string[] => header.split(",").map((name) => name.trim().replace(/^W\//, ""));
