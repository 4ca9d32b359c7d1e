import { once as event } from "node:events";
import { createServer, IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { Errors } from "azurite/dist/src/table/errors/StorageErrorFactory.js";
import type { Paths } from "azurite/dist/src/table/generated/utils/utils.js";
import type { App, TableServer } from "azurite/dist/src/table/TableServer.js";
import { expect, onTestFinished, test, vi } from "vitest";
import { shapeRequests, spareRequests } from "../../../infra/local/tables/spare-requests.ts";

const require = createRequire(import.meta.url);
const azurites = (name: string): unknown => require(`azurite/dist/src/table/${name}.js`);
/** A copy of its own: tables that started in this process have spared the one that all share. */
const untouched = (name: string): unknown => {
  const at = require.resolve(`azurite/dist/src/table/${name}.js`);
  const shared = require.cache[at];
  Reflect.deleteProperty(require.cache, at);
  const copy: unknown = require(at);
  require.cache[at] = shared;
  return copy;
};
const { isURITemplateMatch } = untouched("generated/utils/utils") as Paths;
const { default: factory } = untouched("errors/StorageErrorFactory") as { default: Errors };
const ownAnswer = factory.getEntityNotFound.bind(factory);

type Dispatch = (context: object, request: object, next: () => void, logger: object) => void;
type Store = {
  readonly init: () => Promise<void>;
  readonly createTable: (context: object, table: object) => Promise<void>;
  readonly deleteTableEntity: (context: object, ...row: string[]) => Promise<void>;
};

const noErrors: Errors = { getEntityNotFound: () => new Error("none") };

test("which operation a path belongs to is Azurite's own answer, found once for each path and template", () => {
  let asked = 0;
  const paths: Paths = { isURITemplateMatch: (...of) => ((asked += 1), isURITemplateMatch(...of)) };
  spareRequests(paths, noErrors);
  const { isURITemplateMatch: once } = paths;
  spareRequests(paths, noErrors);
  expect(paths.isURITemplateMatch, "after a second time").toBe(once);
  const of = [
    "/Tables",
    "/$batch",
    "/feeds",
    "/feeds()",
    "/feeds(PartitionKey='PLACEHOLDER',RowKey='PLACEHOLDER')",
    "/",
  ];
  const templates = [
    "/Tables",
    "/$batch",
    "/{table}",
    "/{table}()",
    "/{table}(PartitionKey='{partitionKey}',RowKey='{rowKey}')",
  ];
  for (const path of [...of, ...of])
    for (const template of templates)
      expect(paths.isURITemplateMatch(path, template), `${path} ${template}`).toBe(isURITemplateMatch(path, template));
  expect(asked).toBe(of.length * templates.length);
});

test("Azurite itself asks what is put in the place of its own", async () => {
  const paths = azurites("generated/utils/utils") as Paths;
  spareRequests(paths, (azurites("errors/StorageErrorFactory") as { default: Errors }).default); // as tables do at their start, and no test wants it otherwise
  const replaced = vi.spyOn(paths, "isURITemplateMatch");
  onTestFinished(() => replaced.mockRestore());
  const { default: dispatch } = azurites("generated/middleware/dispatch.middleware") as { default: Dispatch };
  const quiet = { verbose: () => undefined, info: () => undefined, error: () => undefined };
  const request = { getHeader: () => undefined, getMethod: () => "GET", getPath: () => "", getQuery: () => undefined };
  dispatch({ dispatchPattern: "/feeds()", contextID: "an id" }, request, () => undefined, quiet);
  expect(replaced).toHaveBeenCalledWith("/feeds()", "/{table}()");

  const { default: MemoryStore } = azurites("persistence/LokiTableMetadataStore") as {
    default: new (path: string, inMemory: boolean) => Store;
  };
  const store = new MemoryStore("", true);
  await store.init();
  const context = { contextID: "an id", request: { getHeader: () => undefined, getQuery: () => undefined } };
  await store.createTable(context, { account: "fanfare", table: "feeds" });
  const absent: unknown = await store
    .deleteTableEntity(context, "feeds", "fanfare", "a", "b", "*")
    .catch((error: unknown) => error);
  expect(absent).toMatchObject({ statusCode: 404 });
  expect((absent as Error).stack).not.toContain("\n    at ");
});

test("callers that make up paths fill no memory, and are answered", () => {
  let asked = 0;
  const paths: Paths = { isURITemplateMatch: (path) => ((asked += 1), path.endsWith("7")) };
  spareRequests(paths, noErrors);
  for (let turn = 0; turn < 2; turn += 1)
    for (let at = 0; at < 3000; at += 1) expect(paths.isURITemplateMatch(`/${at}`, "/{table}")).toBe(at % 10 === 7);
  expect(asked).toBe(3000 + 2000);
});

test("a row that is not there is Azurite's own answer without a stack, and other errors keep theirs", () => {
  const context = {
    contextID: "an id",
    request: { getHeader: () => "application/json;odata=minimalmetadata", getQuery: () => undefined },
  };
  const own = ownAnswer(context);
  const errors: Errors = { getEntityNotFound: ownAnswer };
  spareRequests({ isURITemplateMatch }, errors);
  const spared = errors.getEntityNotFound(context);
  const answerOf = (error: Error) => JSON.stringify(error).replace(/Time:[^"\\]*/g, "");
  expect(answerOf(spared)).toBe(answerOf(own));
  expect(own.stack).toContain("\n    at ");
  expect(spared.stack).not.toContain("\n    at ");
  expect(new Error("another").stack).toContain("\n    at ");
});

test("requests and answers have the app's prototypes when it gets them, and a stop ends the connections that are kept", async () => {
  const seen: boolean[] = [];
  const app: App = Object.assign(
    (request: IncomingMessage, response: ServerResponse) => {
      seen.push(Object.getPrototypeOf(request) === app.request && Object.getPrototypeOf(response) === app.response);
      request.resume().on("end", () => response.end("answered"));
    },
    {
      request: Object.create(IncomingMessage.prototype) as object,
      response: Object.create(ServerResponse.prototype) as object,
    },
  );
  const before = Object.assign(createServer({ keepAliveTimeout: 60_000 }, app), { stop: () => undefined });
  const tables = { httpServer: before } as unknown as TableServer;
  shapeRequests(tables);
  const server = tables.httpServer.listen(0, "127.0.0.1");
  await event(server, "listening");
  onTestFinished(() => server.closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const body of ["one", "two"]) expect(await (await fetch(url, { method: "POST", body })).text()).toBe("answered");
  expect(seen).toEqual([true, true]);
  expect(server.keepAliveTimeout).toBe(60_000);
  const closed = event(server, "close");
  server.stop();
  await closed;
});
