import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import findMyWay from "find-my-way";
import type { z } from "zod";
import { bodyOf } from "../http/body-of.ts";
import { isLocal } from "../http/is-local.ts";
import { Refused } from "../http/refused.ts";

/** A control request, as a route sees it. */
type Call = {
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string>>;
  /** The JSON body, `{}` when there is none. Throws `Refused` when it is too large or no JSON. */
  readonly body: () => Promise<unknown>;
  /** Aborted when the client goes away. */
  readonly gone: AbortSignal;
};

/** What a route answers: any JSON value, or a list whose items are JSON texts already. */
export type Reply = { readonly status: number; readonly json?: unknown; readonly items?: readonly string[] };
export type Route = readonly [method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, answer: Answer];
type Answer = (call: Call) => Reply | Promise<Reply>;

/** Reads untrusted input. Throws `Refused`, naming every faulty member. */
export const parsed = <T>(schema: z.ZodType<T>, input: unknown): T => {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => [path.join("."), message].filter(Boolean).join(": "));
  throw new Refused(400, faults.join("; "));
};

const bodyBytesMax = 64 * 1024;

/** Serves a control API: JSON in, JSON out, faults as `{"error": "<sentence>"}`. */
export const controlListener = (routes: readonly Route[]): RequestListener => {
  const known = routes.map(([method, path]) => `${method} ${path}`);
  const router = findMyWay({
    defaultRoute: (request, response) => {
      void send(response, {
        status: 404,
        json: { error: `There is no ${request.method ?? ""} ${request.url ?? ""}.`, known },
      });
    },
  });
  for (const [method, path, answer] of routes) {
    router.on(method, path, (request, response, params, _store, query) => {
      const call = { params, query, body: () => jsonBody(request), gone: goneSignal(response) };
      void respond(response, () => answer(call));
    });
  }
  return (request, response) => {
    if (isLocal(request.headers)) router.lookup(request, response);
    else void send(response, { status: 403, json: { error: "Only programs and pages of this machine may use this." } });
  };
};

const respond = async (response: ServerResponse, answer: () => Reply | Promise<Reply>): Promise<void> => {
  try {
    await send(response, await answer());
  } catch (error) {
    if (response.destroyed) return;
    if (error instanceof Refused) return send(response, { status: error.status, json: { error: error.message } });
    console.error(error);
    if (response.headersSent) response.destroy();
    else
      await send(response, {
        status: 500,
        json: { error: "This is a fault of the push service's own; see its output." },
      });
  }
};

const send = async (response: ServerResponse, { status, json, items }: Reply): Promise<void> => {
  if (status === 204) {
    response.writeHead(204).end();
    return;
  }
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  if (items) await pipeline(Readable.from(listText(items)), response);
  else response.end(`${JSON.stringify(json)}\n`);
};

/** In pieces, because a bench's whole list may be longer than a string can be. */
function* listText(items: readonly string[]): Generator<string> {
  const atOnce = 500;
  yield "[";
  for (let index = 0; index < items.length; index += atOnce) {
    yield (index > 0 ? ",\n" : "") + items.slice(index, index + atOnce).join(",\n");
  }
  yield "]\n";
}

const jsonBody = async (request: IncomingMessage): Promise<unknown> => {
  const body = await bodyOf(request, bodyBytesMax);
  if (!body) throw new Refused(413, `The body must be at most ${bodyBytesMax} bytes.`);
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new Refused(400, "The body is not JSON.");
  }
};

const goneSignal = (response: ServerResponse): AbortSignal => {
  const controller = new AbortController();
  response.once("close", () => controller.abort());
  return controller.signal;
};
