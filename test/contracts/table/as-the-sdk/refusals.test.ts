import { createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";
import { TableClient } from "@azure/data-tables";
import { describe, expect, test } from "vitest";
import { tableRequests } from "../../../../shared/storage/table-requests.http.ts";
import { tableTransport } from "../../../../shared/storage/table-transport.http.ts";
import { transactionOf } from "../../../../shared/storage/transaction.ts";

describe("what the SDK would not send, nor answer otherwise, is neither sent nor answered so here", () => {
  const ask = async (
    table: TableClient,
    answer: { status: number; body?: string; headers?: Record<string, string> },
  ) => {
    const urls: string[] = [];
    const transport: HttpClient = {
      sendRequest: (request) => {
        urls.push(request.url);
        const { status, body = "", headers = {} } = answer;
        return Promise.resolve({ status, headers: createHttpHeaders(headers), bodyAsText: body, request });
      },
    };
    const requests = tableRequests(table, transport, () => AbortSignal.timeout(5_000));
    const failure: unknown = await requests.find("p", "r").catch((error: unknown) => error);
    await requests.page({ filter: undefined, top: 1, from: undefined }).catch(() => undefined);
    return { urls, failure };
  };
  const once = { retryOptions: { maxRetries: 0 } };
  const account = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=a2V5;EndpointSuffix=core.windows.net";
  const at = (connectionString: string) => TableClient.fromConnectionString(connectionString, "feeds", once);

  test("a shared access signature is the query of each request", async () => {
    const table = at(
      "TableEndpoint=https://contoso.table.core.windows.net/;SharedAccessSignature=sv=2019-02-02&sig=abc%3D",
    );
    const { urls } = await ask(table, { status: 404 });
    const [one, page] = urls.map((url) => new URL(url));
    expect([one?.pathname, page?.pathname]).toEqual(["/feeds(PartitionKey='p',RowKey='r')", "/feeds()"]);
    for (const url of [one, page]) expect(url?.searchParams.get("sig")).toBe("abc=");
    expect(page?.searchParams.get("$top")).toBe("1");
  });

  test("plain HTTP goes to this machine alone", async () => {
    const far = at("AccountName=a;AccountKey=a2V5;TableEndpoint=http://10.0.0.7:10002/a;DefaultEndpointsProtocol=http");
    const requests = tableRequests(far, tableTransport(), () => AbortSignal.timeout(5_000));
    await expect(requests.find("p", "r")).rejects.toThrow("allowInsecureConnection is false");
  });

  test.each([
    ["its code", { body: '{"odata.error":{"code":"TableNotFound","message":{"lang":"en","value":null}}}' }],
    ["a header", { body: "<html>", headers: { "x-ms-error-code": "TableNotFound" } }],
  ])("a table that is not there is known by %s alone", async (_, told) => {
    const { failure } = await ask(at(account), { status: 404, ...told });
    expect(failure).toMatchObject({ name: "RestError", statusCode: 404, code: "TableNotFound" });
  });

  test("a refusal without a word is told by what the service calls the request", async () => {
    const headers = { "x-ms-request-id": "5ca1ab1e" };
    const { failure } = await ask(at(account), { status: 503, body: "<html>", headers });
    expect(String(failure)).toContain("503; it calls the request 5ca1ab1e");
  });

  test("what is in a version ends no line of a transaction", () => {
    const ifMatch = 'W/"x"\r\nX-Evil: 1';
    const body = transactionOf(
      [{ kind: "replace", row: { partitionKey: "p", rowKey: "r" }, ifMatch }],
      "https://a",
      "id",
    );
    expect(body).toContain('If-Match: W/"x"X-Evil: 1\r\n');
  });

  const part = (status: number): string => `--changesetresponse_x\r\n\r\nHTTP/1.1 ${status} No Content\r\n\r\n`;
  test.each([
    ["none", ""],
    ["one", part(204)],
    ["more than there were", part(204).repeat(3)],
  ])("a transaction of two changes is not taken for made when %s is answered", async (_, bodyAsText) => {
    const transport: HttpClient = {
      sendRequest: (request) => Promise.resolve({ status: 202, headers: createHttpHeaders(), bodyAsText, request }),
    };
    const requests = tableRequests(at(account), transport, () => AbortSignal.timeout(5_000));
    const changes = ["r", "s"].map((rowKey) => ({ kind: "put", row: { partitionKey: "p", rowKey } }) as const);
    await expect(requests.transact(changes)).rejects.toThrow("Of 2 changes");
  });

  test("a page without rows in it is not taken for an empty one", async () => {
    const transport: HttpClient = {
      sendRequest: (request) =>
        Promise.resolve({ status: 200, headers: createHttpHeaders(), bodyAsText: "{}", request }),
    };
    const requests = tableRequests(at(account), transport, () => AbortSignal.timeout(5_000));
    await expect(requests.page({ filter: undefined, top: 1, from: undefined })).rejects.toThrow("tells no rows");
  });
});
