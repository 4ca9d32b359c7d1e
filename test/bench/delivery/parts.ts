import { findSourceMap } from "node:module";
import { fileURLToPath } from "node:url";

/** A function on the stack, as the profiler tells it; lines and columns count from 0. */
export type Frame = {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
};

/** Whose time it is, by the source file of the innermost function that is in one of these; the first that matches. */
const owners: readonly (readonly [RegExp, string])[] = [
  [/node_modules\/(web-push|http_ece)\/|channels\/webpush\/(encrypt|hmac)/, "encryption"],
  [/node_modules\/undici\//, "HTTP (undici)"],
  [/test\/support\/|sorted-map/, "the bench's tables in memory"],
  [/shared\/channels\/webpush\/message|channels\/(envelope|terms)|shared\/hash/, "message: envelope, topic"],
  [/shared\/channels\//, "our sender: URLs, signal, headers, answer"],
  [
    /governor|delivery\/(push-origin|origin-pace|user-shares|slow-share|belief|breaker|learn|pruning|remembered|turned)/,
    "governor",
  ],
  [/ledger|merge-told|shared\/storage\//, "ledger"],
  [/shared\/delivery\//, "plan, settle"],
  [/telemetry|delivering\/(events|attempted)|node_modules\/@opentelemetry/, "telemetry: events, spans, metrics"],
  [/shared\/(feed|subscription|data-keys|auth|notification|fanout)/, "reads: notification, subscriptions, job"],
  [/functions\/deliver/, "the run itself"],
  [/test\/bench\//, "the bench itself"],
];

/** The part of the time of a sample with this stack, innermost first; undefined when nothing was done. */
export const partOf = (stack: readonly Frame[]): string | undefined => {
  const [innermost] = stack;
  if (!innermost || innermost.functionName === "(idle)") return undefined;
  if (innermost.functionName === "(garbage collector)") return "garbage collection";
  if (innermost.functionName === "(program)") return "native: TLS reads, sockets, event loop";
  for (const frame of stack) {
    const source = sourceOf(frame);
    const owner = owners.find(([pattern]) => pattern.test(source))?.[1];
    if (owner === undefined) continue;
    return owner.startsWith("HTTP") && isNodes(innermost) ? "HTTP: TLS writes (Node, for undici)" : owner;
  }
  return isNodes(innermost) ? "Node's own: sockets, timers, promises" : "other";
};

const isNodes = ({ url }: Frame): boolean => url === "" || url.startsWith("node:");

/** Where a function stands in the sources, for what runs is a bundle of them. */
const sourceOf = ({ url, lineNumber, columnNumber }: Frame): string => {
  if (!url.startsWith("file:")) return url;
  const entry = findSourceMap(fileURLToPath(url))?.findEntry(lineNumber, columnNumber);
  return entry && "originalSource" in entry ? entry.originalSource : url;
};
