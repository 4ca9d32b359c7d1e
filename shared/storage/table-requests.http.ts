import type { TableClient } from "@azure/data-tables";
import { createHttpHeaders, createPipelineRequest } from "@azure/core-rest-pipeline";
import type { HttpClient, HttpMethods, PipelineResponse } from "@azure/core-rest-pipeline";
import { codeIn, refusal } from "./refusal.ts";
import { askedBy, keyOf, queryOf, readHeaders, rowOf, type Continuation, type Query } from "./table-json.ts";
import type { Change, RowValue, StoredRow } from "./table.ts";
import { answersIn, batchOf, transactionOf } from "./transaction.ts";

/** Requests to one table. All reject with a `RestError` of the SDK's when the service refuses or cannot be reached. */
export type TableRequests = {
  readonly find: (partitionKey: string, rowKey: string) => Promise<StoredRow | undefined>;
  readonly page: (query: Query) => Promise<Page>;
  readonly change: (change: Change) => Promise<void>;
  readonly transact: (changes: readonly Change[]) => Promise<void>;
};

/** Some rows, and where those behind them begin. */
type Page = { readonly rows: readonly StoredRow[]; readonly next: Continuation | undefined };

/** Plain HTTP is for an emulator on this machine. */
export const isLoopback = (url: string): boolean => /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/i.test(url);

/**
 * Requests as the SDK would make them, through its client's own pipeline, which says who asks, tries again what may be tried again, and logs; what
 * is asked and answered is put into words here (`table-json.ts` says why). The client is good for nothing else then. Whatever ends a request is asked for
 * each anew.
 */
export const tableRequests = (
  client: TableClient,
  transport: HttpClient,
  endOfCall: () => AbortSignal,
): TableRequests => {
  // A shared access signature, where the connection string has one, is the URL's query.
  const [serviceUrl = "", signature] = client.url.replace(/\/?($|(?=\?))/, "").split("?");
  const tableUrl = `${serviceUrl}/${client.tableName}`;
  const signed = (url: string): string =>
    signature === undefined ? url : `${url}${url.includes("?") ? "&" : "?"}${signature}`;
  const allowInsecureConnection = isLoopback(client.url);
  // Bodies are texts here, and stay so.
  client.pipeline.removePolicy({ phase: "Serialize" });
  client.pipeline.removePolicy({ phase: "Deserialize" });
  const ask = (method: HttpMethods, url: string, headers: Headers, body?: string): Promise<PipelineResponse> => {
    const asked = createHttpHeaders({ ...headers, "x-ms-version": version });
    const request = createPipelineRequest({
      abortSignal: endOfCall(),
      method,
      url: signed(url),
      headers: asked,
      allowInsecureConnection,
    });
    if (body !== undefined) request.body = body;
    return client.pipeline.sendRequest(transport, request);
  };
  return {
    find: async (partitionKey, rowKey) => {
      const answer = await ask("GET", tableUrl + keyOf({ partitionKey, rowKey }), readHeaders);
      if (isDone(answer.status)) return rowOf(JSON.parse(textOf(answer)) as Entity);
      if (answer.status === 404 && codeIn(answer) !== tableNotFound) return undefined;
      throw refusal(answer);
    },
    page: async (query) => {
      const answer = await ask("GET", tableUrl + queryOf(query), readHeaders);
      if (!isDone(answer.status)) throw refusal(answer);
      const { value } = JSON.parse(textOf(answer)) as { readonly value?: readonly Entity[] };
      if (!value) throw new Error("The service's page tells no rows.");
      return { rows: value.map(rowOf), next: nextIn(answer) };
    },
    change: async (change) => {
      const { method, path, headers, body } = askedBy(change);
      const answer = await ask(method, tableUrl + path, headers, body);
      if (!isDone(answer.status)) throw refusal(answer);
    },
    transact: async (changes) => {
      const id = crypto.randomUUID();
      const headers = { ...transactionHeaders, "Content-Type": `multipart/mixed; boundary=${batchOf(id)}` };
      const answer = await ask("POST", `${serviceUrl}/$batch`, headers, transactionOf(changes, tableUrl, id));
      checkTransaction(answer, changes.length);
    },
  };
};

type Headers = Readonly<Record<string, string>>;
type Entity = Readonly<Record<string, RowValue>>;

/** Of the service, as the SDK asks for it. */
const version = "2019-02-02";
const tableNotFound = "TableNotFound";
const transactionHeaders = {
  Accept: "application/json",
  DataServiceVersion: "3.0;",
  MaxDataServiceVersion: "3.0;NetFx",
};

const isDone = (status: number): boolean => status >= 200 && status < 300;

const textOf = ({ bodyAsText }: PipelineResponse): string => bodyAsText ?? "";

/** https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination */
const nextIn = ({ headers }: PipelineResponse): Continuation | undefined => {
  const partitionKey = headers.get("x-ms-continuation-nextpartitionkey");
  return partitionKey ? { partitionKey, rowKey: headers.get("x-ms-continuation-nextrowkey") } : undefined;
};

/** Whoever is not told of every change cannot tell that all were made. */
const checkTransaction = (answer: PipelineResponse, changes: number): void => {
  if (!isDone(answer.status)) throw refusal(answer);
  const answers = answersIn(textOf(answer));
  const failed = answers.find(({ status }) => !isDone(status));
  if (failed) throw refusal({ headers: answer.headers, status: failed.status, bodyAsText: failed.body });
  if (answers.length !== changes) throw new Error(`Of ${changes} changes ${answers.length} were answered.`);
};
