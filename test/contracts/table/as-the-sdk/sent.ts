import { createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";
import { TableClient } from "@azure/data-tables";
import { expect } from "vitest";
import { tableRequests } from "../../../../shared/storage/table-requests.http.ts";

type Sent = { readonly method: string; readonly url: string; readonly headers: object; readonly body: string };
type Given = { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };

/** A client whose requests are kept, and answered with this. */
export const client = (
  sent: Sent[],
  { status, headers = {}, body = "" }: Given,
  url = "https://fanfare.table.core.windows.net",
) => {
  const transport: HttpClient = {
    sendRequest: (request) => {
      const { method, url: asked } = request;
      sent.push({
        method,
        url: asked,
        headers: namedIn(request.headers.toJSON()),
        body: neutral(request.body as string),
      });
      return Promise.resolve({ status, headers: createHttpHeaders(headers), bodyAsText: body, request });
    },
  };
  const credential = { getToken: () => Promise.resolve({ token: "t", expiresOnTimestamp: Date.now() + 3_600_000 }) };
  return {
    transport,
    table: new TableClient(url, "feeds", credential, { httpClient: transport, retryOptions: { maxRetries: 0 } }),
  };
};

/** Ids are drawn anew each time; and the SDK leaves as they are two ends of lines that Azurite stumbles over. */
const neutral = (body: string | undefined): string =>
  (body ?? "")
    .replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, "id")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");

/** What tells one request from another of the same kind is left out, and what is the SDK's own habit and nothing to the service. */
const namedIn = (headers: Readonly<Record<string, string>>): object => {
  const own = [
    "x-ms-client-request-id",
    "x-ms-date",
    "content-length",
    "accept-charset",
    "connection",
    "dataserviceversion",
  ];
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (own.includes(name) ? [] : [[name, neutral(value)]])),
  );
};

const asked = async (
  given: Given,
  how: "sdk" | "ours",
  url: string | undefined,
  ask: Ask,
): Promise<readonly Sent[]> => {
  const sent: Sent[] = [];
  const { table, transport } = client(sent, given, url);
  const requests = how === "ours" ? tableRequests(table, transport, () => AbortSignal.timeout(5_000)) : undefined;
  await ask(table, requests).catch(() => undefined);
  return sent;
};
type Ask = (table: TableClient, ours: ReturnType<typeof tableRequests> | undefined) => Promise<unknown>;

export const same = async (given: Given, ask: Ask, url?: string): Promise<void> => {
  const [theirs, ours] = [await asked(given, "sdk", url, ask), await asked(given, "ours", url, ask)];
  expect(theirs.length).toBeGreaterThan(0);
  expect(ours).toEqual(theirs);
};
