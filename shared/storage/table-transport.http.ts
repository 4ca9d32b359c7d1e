import { createDefaultHttpClient, createHttpHeaders, RestError } from "@azure/core-rest-pipeline";
import type { HttpClient, PipelineRequest, PipelineResponse } from "@azure/core-rest-pipeline";
import { Agent, type Dispatcher } from "undici";

/**
 * How the Azure SDK's requests reach the tables: by undici's connections, which take less than Node's own HTTP and its streams. What the SDK
 * does around a request stays: who we are, what is tried again, what is logged. A request that goes by a proxy or has TLS settings of its own
 * (the SDK gives it an agent then) goes the SDK's ordinary way.
 */
export const tableTransport = (): HttpClient => {
  const agent = new Agent({ keepAliveTimeout: 30_000, connect: { timeout: connectTimeLimitMs } });
  const ordinary = createDefaultHttpClient();
  return {
    sendRequest: (request) =>
      isPlain(request)
        ? new Promise((resolve, reject) => send(agent, request, resolve, reject))
        : ordinary.sendRequest(request),
  };
};

/** No call waits for longer, and a connection that nobody waits for any more would be tried on. */
const connectTimeLimitMs = 5_000;

/** As all requests to tables are, unless a proxy is set. */
const isPlain = ({ url, agent, tlsSettings, body, allowInsecureConnection }: PipelineRequest): boolean =>
  agent === undefined &&
  tlsSettings === undefined &&
  (body === undefined || body === null || typeof body === "string") &&
  // The SDK refuses plain HTTP that was not allowed, and says so.
  (allowInsecureConnection === true || url.startsWith("https:"));

const send = (
  agent: Agent,
  request: PipelineRequest,
  resolve: (response: PipelineResponse) => void,
  reject: (error: Error) => void,
): void => {
  const { abortSignal, method } = request;
  const { origin, pathname, search } = new URL(request.url);
  const headers = request.headers.toJSON({ preserveCase: true });
  headers["Accept-Encoding"] = "identity"; // what tables answer is small, or goes a short way
  let control: Dispatcher.DispatchController | undefined;
  let status = 0;
  let answered = createHttpHeaders();
  const chunks: Buffer[] = [];

  const abort = (): void => {
    const error = new DOMException("The operation was aborted.", "AbortError");
    abortSignal?.removeEventListener("abort", abort);
    if (control) control.abort(error);
    else reject(error); // it waits for a connection, and is not sent when it gets one
  };
  if (abortSignal?.aborted) {
    abort();
    return;
  }
  abortSignal?.addEventListener("abort", abort);

  agent.dispatch(
    // The SDK's signal is the time limit, for the whole of a call.
    {
      origin,
      path: pathname + search,
      method,
      headers,
      body: request.body as string,
      headersTimeout: 0,
      bodyTimeout: 0,
    },
    {
      onRequestStart: (given) => {
        control = given;
        if (abortSignal?.aborted) abort();
      },
      onResponseStart: (_control, given, givenHeaders) => {
        if (given < 200) return;
        status = given;
        answered = createHttpHeaders();
        for (const [name, value] of Object.entries(givenHeaders)) {
          // As Node's HTTP joins them; like the SDK's own, nothing is no header.
          if (value?.length) answered.set(name, typeof value === "string" ? value : value.join(", "));
        }
      },
      onResponseData: (_control, chunk) => void chunks.push(chunk),
      onResponseEnd: () => {
        abortSignal?.removeEventListener("abort", abort);
        resolve({ request, status, headers: answered, bodyAsText: textOf(chunks) });
      },
      onResponseError: (_control, error) => {
        abortSignal?.removeEventListener("abort", abort);
        reject(error.name === "AbortError" ? error : failure(error, request, status > 0));
      },
    },
  );
};

/** Whole, for a character may lie across two chunks. */
const textOf = (chunks: readonly Buffer[]): string =>
  (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)).toString("utf8");

/** By the codes by which the SDK knows what may be tried again; like there, an answer that breaks off is not. */
const failure = (error: Error & { code?: string }, request: PipelineRequest, isAnswered: boolean): RestError => {
  const code = isAnswered ? RestError.PARSE_ERROR : (nodeCodes[error.code ?? ""] ?? error.code);
  return new RestError(error.message, { code: code ?? RestError.REQUEST_SEND_ERROR, request });
};

/** undici's names for what Node's HTTP calls otherwise. */
const nodeCodes: Readonly<Record<string, string>> = {
  UND_ERR_SOCKET: "ECONNRESET",
  UND_ERR_CONNECT_TIMEOUT: "ETIMEDOUT",
};
