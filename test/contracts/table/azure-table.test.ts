import { once } from "node:events";
import { createServer, request as requestTo, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { TableServiceClient } from "@azure/data-tables";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tablesConnectionString } from "../../../infra/local/tables/connection.ts";
import { openTables } from "../../../shared/storage/azure.table.ts";
import { RowConflict, type Table } from "../../../shared/storage/table.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { closedPort } from "../../support/closed-port.ts";
import { accessBy, startTablesUnderTest, type TablesUnderTest } from "../../support/tables.ts";
import { tableContract } from "./table-contract.ts";

let azurite: TablesUnderTest;
beforeAll(async () => {
  azurite = await startTablesUnderTest();
  const service = TableServiceClient.fromConnectionString(azurite.connectionString, { allowInsecureConnection: true });
  await service.deleteTable("expiries"); // for the one test that misses a table
});
afterAll(() => azurite.stop());

tableContract("Azure Table Storage", () => azurite.tables.throttles);

const key = Buffer.alloc(64, 7).toString("base64");
const tableAt = (port: number, callTimeoutMs: number): Table =>
  openTables(accessBy(tablesConnectionString(port, key)), { callTimeoutMs }).feeds;

const readAll = async (rows: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of rows);
};
const row = { partitionKey: "p", rowKey: "r" };
const calls: readonly (readonly [string, (table: Table) => Promise<unknown>])[] = [
  ["find", (table) => table.find("p", "r")],
  ["range", (table) => readAll(table.range("p", "a", "b"))],
  ["partitionsBelow", (table) => readAll(table.partitionsBelow("p", 10))],
  ["all", (table) => readAll(table.all())],
  ["write", (table) => table.write({ kind: "put", row })],
  ["transact", (table) => table.transact([{ kind: "put", row }])],
];

const running: (() => void)[] = [];
afterAll(() => {
  for (const stop of running.splice(0)) stop();
});

/** A table whose service is this listener. */
const tableServedBy = async (listener: RequestListener, callTimeoutMs: number): Promise<Table> => {
  const server = createServer(listener).listen(0, "127.0.0.1");
  running.push(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, "listening");
  return tableAt((server.address() as AddressInfo).port, callTimeoutMs);
};

// Concurrently: nearly all of their time is waiting.
describe.concurrent.each(calls)("%s", (_, call) => {
  test("is unavailable where nobody listens", async () => {
    await expect(call(tableAt(await closedPort(), 5_000))).rejects.toThrow(Unavailable);
  });

  test.each<[string, RequestListener]>([
    ["never answers", () => undefined],
    ["asks for a minute's patience", (_request, response) => response.writeHead(503, { "retry-after": "60" }).end()],
  ])("is unavailable within the call's own time limit when the service %s", async (_, listener) => {
    const table = await tableServedBy(listener, 150);
    const startedAt = performance.now();
    await expect(call(table)).rejects.toThrow(Unavailable);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test.each([503, 500, 429, 408])("is unavailable when the service goes on answering %i", async (status) => {
    const table = await tableServedBy((_request, response) => response.writeHead(status).end(), 5_000);
    const startedAt = performance.now();
    await expect(call(table)).rejects.toThrow(Unavailable);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  test.each([400, 403])(
    "is neither unavailable nor a conflict when the service refuses with %i: our bug",
    async (status) => {
      const table = await tableServedBy((_request, response) => response.writeHead(status).end(), 5_000);
      const failure: unknown = await call(table).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(Error);
      expect(failure).not.toBeInstanceOf(Unavailable);
      expect(failure).not.toBeInstanceOf(RowConflict);
    },
  );

  test("tells a table that was never made as the fault it is", async () => {
    await expect(call(azurite.tables.expiries)).rejects.toMatchObject({ name: "RestError", statusCode: 404 });
  });
});

test.each([401, 403])(
  "a %i is told to the operator with the service's own word and without keys or signatures",
  async (status) => {
    let signature = "";
    const table = await tableServedBy((request, response) => {
      signature = /:(.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
      const message = {
        lang: "en-US",
        value: `The MAC signature found in the HTTP request '${signature}' is not ours.`,
      };
      const body = JSON.stringify({ "odata.error": { code: "AuthenticationFailed", message } });
      response.writeHead(status, { "content-type": "application/json" }).end(body);
    }, 5_000);
    for (const [, call] of calls) {
      const failure: unknown = await call(table).catch((error: unknown) => error);
      const told = `${inspect(failure, { depth: 9, showHidden: true })} ${JSON.stringify(failure)} ${String(failure)}`;
      expect(told).toContain(`denies this app access (${status} AuthenticationFailed)`);
      expect(signature.length).toBeGreaterThan(20);
      for (const secret of [signature, key]) expect(told).not.toContain(secret);
    }
  },
);

describe("when the answer to a change is lost, the client sends it again by itself", () => {
  /** Goes on to Azurite, which does everything; of each request's answers the first is lost. */
  const losing = async (): Promise<Table> => {
    const answered = new Set<string>();
    const server = createServer((incoming, outgoing) => {
      const { method, url: path, headers } = incoming;
      const onward = requestTo({ host: "127.0.0.1", port: azurite.port, method, path, headers }, (answer) => {
        const asked = `${method} ${path} ${String(headers["x-ms-client-request-id"])}`;
        const isFirst = !answered.has(asked);
        answered.add(asked);
        answer.on("end", () => isFirst && outgoing.destroy()).resume();
        if (isFirst) return;
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on("error", () => outgoing.destroy());
      incoming.pipe(onward);
    }).listen(0, "127.0.0.1");
    running.push(() => {
      server.close();
      server.closeAllConnections();
    });
    await once(server, "listening");
    return openTables(accessBy(azurite.connectionStringAt((server.address() as AddressInfo).port))).throttles;
  };

  test("and is refused by its own effect: an insert, a replace, a delete and a transaction are made, and say that they are not", async () => {
    const [table, partitionKey] = [azurite.tables.throttles, crypto.randomUUID()];
    const lossy = await losing();
    const etagOf = async (rowKey: string): Promise<string> => (await table.find(partitionKey, rowKey))?.etag ?? "";
    for (const rowKey of ["old", "doomed"])
      await table.write({ kind: "insert", row: { partitionKey, rowKey, value: 1 } });
    const row = { partitionKey, rowKey: "old", value: 2 };
    const refused = [
      lossy.write({ kind: "insert", row: { partitionKey, rowKey: "new" } }),
      lossy.write({ kind: "replace", row, ifMatch: await etagOf("old") }),
      lossy.write({ kind: "delete", partitionKey, rowKey: "doomed" }),
      lossy.transact([{ kind: "insert", row: { partitionKey, rowKey: "together" } }]),
    ];
    await Promise.all(refused.map((change) => expect(change).rejects.toThrow(RowConflict)));
    expect(await table.find(partitionKey, "old")).toMatchObject({ value: 2 });
    expect(await table.find(partitionKey, "doomed")).toBeUndefined();
    expect(await table.find(partitionKey, "new")).toBeDefined();
    expect(await table.find(partitionKey, "together")).toBeDefined();
  });

  test("and a put, like a read, comes through", async () => {
    const [lossy, partitionKey] = [await losing(), crypto.randomUUID()];
    await lossy.write({ kind: "put", row: { partitionKey, rowKey: "r", value: 1 } });
    expect(await lossy.find(partitionKey, "r")).toMatchObject({ value: 1 });
  });
});

test("a range with a limit asks the service for no more rows than are missing, and no page beyond", async () => {
  const asked: (string | null)[] = [];
  const table = await tableServedBy((request, response) => {
    asked.push(new URL(request.url ?? "", "http://127.0.0.1").searchParams.get("$top"));
    // A page may be shorter than asked and still have a successor (the service's, after five seconds or at a partition's border).
    const value = Array.from({ length: asked.length === 1 ? 3 : 2 }, (_, index) => ({
      PartitionKey: "p",
      RowKey: `${asked.length}${index}`,
    }));
    const more = { "x-ms-continuation-NextPartitionKey": "p", "x-ms-continuation-NextRowKey": "more" };
    response.writeHead(200, { "content-type": "application/json", ...more }).end(JSON.stringify({ value }));
  }, 5_000);
  await readAll(table.range("p", "0", "9", { limit: 5 }));
  expect(asked).toEqual(["5", "2"]);
});

test("the pages of a range have a time limit each, not one for all", async () => {
  let page = 0;
  const table = await tableServedBy((_request, response) => {
    page += 1;
    const more =
      page < 4 ? { "x-ms-continuation-NextPartitionKey": "p", "x-ms-continuation-NextRowKey": `${page}` } : {};
    const body = JSON.stringify({ value: [{ PartitionKey: "p", RowKey: `${page}` }] });
    setTimeout(() => response.writeHead(200, { "content-type": "application/json", ...more }).end(body), 150);
  }, 450);
  await readAll(table.range("p", "0", "9"));
  expect(page).toBe(4);
});
