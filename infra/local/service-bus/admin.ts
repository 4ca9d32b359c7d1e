import type { IncomingMessage, ServerResponse } from "node:http";
import { pathOf } from "./address.ts";
import type { Namespace } from "./attach.ts";
import { errorXml, feedXml, namespaceXml, queueEntryXml } from "./atom.ts";
import type { QueueHost } from "./queue-host.ts";
import { checkSas, covers } from "./sas.ts";

const pageMax = 100;

type Answer = { readonly status: number; readonly body: string };

/**
 * The HTTP side of the namespace, for `ServiceBusAdministrationClient`: it reads queues and their counts (ATOM XML). Queues come from
 * their declaration, so creating, changing and deleting them is refused with 501.
 * https://learn.microsoft.com/rest/api/servicebus/
 */
export const answerAdmin = (request: IncomingMessage, response: ServerResponse, namespace: Namespace): void => {
  request.resume();
  const { status, body } = answer(request, namespace);
  response.writeHead(status, { "Content-Type": "application/atom+xml;type=entry;charset=utf-8" }).end(body);
};

const answer = ({ method = "", url = "/", headers }: IncomingMessage, namespace: Namespace): Answer => {
  const { key, queues, now } = namespace;
  const grant = checkSas(headers.authorization ?? "", key, now());
  if (typeof grant === "string") return fault(401, grant);
  const path = pathOf(decodedPath(url));
  if (!covers(grant, path, now())) return fault(401, "The token does not cover this resource.");
  if (method !== "GET")
    return fault(501, "Queues of the local Service Bus come from their declaration and cannot be changed here.");
  const name = path.join("/");
  if (name === "$resources/queues") return list([...queues.values()], new URL(url, "http://127.0.0.1").searchParams);
  if (name === "$namespaceinfo") return { status: 200, body: namespaceXml() };
  if (name.startsWith("$resources/")) return fault(501, "The local Service Bus has no topics.");
  const queue = queues.get(name);
  return queue
    ? { status: 200, body: queueEntryXml(queue.settings, queue.counts()) }
    : fault(404, "The queue does not exist.");
};

const list = (queues: readonly QueueHost[], query: URLSearchParams): Answer => {
  const skip = Number(query.get("$skip")) || 0;
  const top = Math.min(Number(query.get("$top")) || pageMax, pageMax);
  const shown = queues.slice(skip, skip + top);
  const isMore = queues.length > skip + top;
  const entries = shown.map(({ settings, counts }) => queueEntryXml(settings, counts()));
  return { status: 200, body: feedXml(entries, isMore ? `$skip=${skip + top}&$top=${top}` : undefined) };
};

const decodedPath = (url: string): string => {
  try {
    return decodeURIComponent(url.replace(/[?#].*$/s, ""));
  } catch {
    return url;
  }
};

const fault = (status: number, detail: string): Answer => ({ status, body: errorXml(status, detail) });
