import { once } from "node:events";
import { createServer, IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { Errors } from "azurite/dist/src/table/errors/StorageErrorFactory.js";
import type { Paths } from "azurite/dist/src/table/generated/utils/utils.js";
import type { App, TableServer } from "azurite/dist/src/table/TableServer.js";
import { expect, onTestFinished, test } from "vitest";
import { shapeRequests, spareRequests } from "../../../infra/local/tables/spare-requests.ts";

const azurites = (name: string): unknown => createRequire(import.meta.url)(`azurite/dist/src/table/${name}.js`);
const { isURITemplateMatch } = azurites("generated/utils/utils") as Paths;
const { default: factory } = azurites("errors/StorageErrorFactory") as { default: Errors };

const noErrors: Errors = { getEntityNotFound: () => new Error("none") };

test("which operation a path belongs to is Azurite's own answer, found once for each path and template", () => {
  let asked = 0;
  const paths: Paths = { isURITemplateMatch: (...of) => ((asked += 1), isURITemplateMatch(...of)) };
  spareRequests(paths, noErrors);
  spareRequests(paths, noErrors); // once more changes nothing
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
  const own = factory.getEntityNotFound(context);
  const errors: Errors = { getEntityNotFound: (of) => factory.getEntityNotFound(of) };
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
  await once(server, "listening");
  onTestFinished(() => server.closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const body of ["one", "two"]) expect(await (await fetch(url, { method: "POST", body })).text()).toBe("answered");
  expect(seen).toEqual([true, true]);
  expect(server.keepAliveTimeout).toBe(60_000);
  const closed = once(server, "close");
  server.stop();
  await closed;
});
