import { createServer, IncomingMessage, ServerResponse } from "node:http";
import type { Errors } from "azurite/dist/src/table/errors/StorageErrorFactory.js";
import type { Paths } from "azurite/dist/src/table/generated/utils/utils.js";
import type { App, TableServer } from "azurite/dist/src/table/TableServer.js";

/**
 * Spares Azurite (3.35) what it does anew for each request and nobody sees: reading the template of each operation's path, and the stack of an error
 * for each row that is not there. What it answers stays the same. Twice is as good as once.
 */
export const spareRequests = (paths: Paths, errors: Errors): void => {
  if (spared.has(paths)) return;
  spared.add(paths);
  paths.isURITemplateMatch = remembered(paths.isURITemplateMatch);
  errors.getEntityNotFound = withoutStack(errors.getEntityNotFound);
};
const spared = new WeakSet<Paths>();

/** Azurite asks with a row's table alone, not with its keys: what is asked is little, but for callers that make up names. */
const remembered = (isMatch: Paths["isURITemplateMatch"]): Paths["isURITemplateMatch"] => {
  const known = new Map<string, boolean>();
  return (path, template) => {
    const key = `${template} ${path}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const answer = isMatch(path, template);
    if (known.size < rememberedMost) known.set(key, answer);
    return answer;
  };
};
const rememberedMost = 1000;

const withoutStack =
  (make: Errors["getEntityNotFound"]): Errors["getEntityNotFound"] =>
  (context) => {
    const usual = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return make(context);
    } finally {
      Error.stackTraceLimit = usual;
    }
  };

/**
 * Puts a server in the place of Azurite's, not yet started, whose requests and answers have Express' prototypes from the beginning. Otherwise
 * Express sets them on each one, which before Node 24 has a shape of its own in V8 from then on: all that is done with it is slower, and it
 * outlives young collections.
 */
export const shapeRequests = (tables: TableServer): void => {
  const [app] = tables.httpServer.listeners("request") as App[];
  if (!app) throw new Error("Azurite's server has no app.");
  const { keepAliveTimeout } = tables.httpServer;
  const shapes = {
    IncomingMessage: shaped(IncomingMessage, app.request),
    ServerResponse: shaped(ServerResponse, app.response),
  };
  const server = createServer({ ...shapes, keepAliveTimeout }, app);
  // Connections that wait for nothing are closed, the others end with their answer or when nothing more is said on them.
  tables.httpServer = Object.assign(server, { stop: () => server.close() });
};

/**
 * A constructor for what another one makes, of this prototype. By `call`, for what `Reflect.construct` makes on Node 20 has a shape of its own again.
 */
const shaped = <Made extends typeof IncomingMessage | typeof ServerResponse>(made: Made, prototype: object): Made => {
  const make = made as unknown as (this: unknown, first: unknown, second: unknown) => void;
  function Shaped(this: unknown, first: unknown, second: unknown): void {
    make.call(this, first, second);
  }
  Shaped.prototype = prototype;
  return Shaped as unknown as Made;
};
