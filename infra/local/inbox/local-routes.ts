import type { IncomingMessage, ServerResponse } from "node:http";
import { bodyOf } from "../http/body-of.ts";
import { Refused } from "../http/refused.ts";
import { actAddressOf, actOn, parseAct } from "./act.ts";
import { allow, sendJson } from "./answer.ts";
import type { Controls } from "./devices-told.ts";
import { jsonHeaders } from "./headers.ts";
import type { Overview } from "./overview.ts";
import type { ToldConfig } from "./told.ts";
import { mayNotReadLocal } from "./visitor.ts";

type Use = { readonly config: ToldConfig; readonly controls: Controls; readonly overview: Overview };
type Asked = { readonly path: string; readonly query: URLSearchParams };

const actBytesMax = 4 * 1024;

/** Answers everything below `/_local/`. Throws `Refused`. */
export const localRoutes =
  ({ config, controls, overview }: Use) =>
  async (request: IncomingMessage, response: ServerResponse, { path, query }: Asked): Promise<void> => {
    const objection = mayNotReadLocal(request.headers);
    if (objection !== undefined) throw new Refused(403, objection);

    const actAddress = actAddressOf(path, controls);
    if (actAddress !== undefined) {
      allow(request, response, ["POST"]);
      return act(request, response, actAddress);
    }
    switch (path) {
      case "/_local/config":
        allow(request, response, ["GET", "HEAD"]);
        sendJson(response, config);
        return;
      case "/_local/overview": {
        allow(request, response, ["GET", "HEAD"]);
        const gone = new AbortController();
        response.once("close", () => gone.abort());
        sendJson(response, await overview.tell(query.get("since") ?? undefined, gone.signal));
        return;
      }
      default:
        throw new Refused(404, "There is nothing here. There are /_local/config and /_local/overview.");
    }
  };

const act = async (request: IncomingMessage, response: ServerResponse, address: string): Promise<void> => {
  // No form of another site can be of this type, whatever else lets it through.
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
    throw new Refused(415, "What is to be done is said as application/json.");
  }
  const body = await bodyOf(request, actBytesMax);
  const wanted = body && parseAct(body.toString("utf8"));
  if (!wanted) throw new Refused(400, "Say which notificationId, and an action: read, activate, dismiss or delete.");
  const { status, error } = await actOn(address, wanted);
  if (error !== undefined) throw new Refused(status, error);
  if (!response.destroyed) response.writeHead(204, jsonHeaders).end();
};
