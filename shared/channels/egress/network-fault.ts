import { busyFor, type Busy } from "../outcome.ts";

/**
 * What went wrong between us and a server: a word for it (`ECONNREFUSED`, `TimeoutError`), which never names the address or the URL,
 * and what it tells of the server.
 */
export type NetworkFault = { readonly reason: string; readonly origin: Extract<Busy["origin"], "failing" | "silent"> };

/** Codes of undici and Node that say that we used them wrongly, or after their end. */
const misuses = new Set([
  "ERR_ASSERTION",
  "UND_ERR_CLOSED",
  "UND_ERR_DESTROYED",
  "UND_ERR_INVALID_ARG",
  "UND_ERR_INVALID_RETURN_VALUE",
  "UND_ERR_NOT_SUPPORTED",
  "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH",
]);
/** The server answered, in what is no HTTP or more than we read: it is there, and broken. */
const unreadable = /^(HPE_|HTTPParserError$|UND_ERR_HEADERS_OVERFLOW$|UND_ERR_RES_)/;

/**
 * The network's fault that an error of an HTTP request stands for, or undefined if it is none: a bug of ours, to be thrown on.
 * Only its code is told, or the name of an abort: its message may quote the endpoint, which is a secret.
 */
export const networkFaultOf = (error: unknown): NetworkFault | undefined => {
  const reason = codeOf(error);
  if (reason === undefined || misuses.has(reason)) return undefined;
  return { reason, origin: unreadable.test(reason) ? "failing" : "silent" };
};

/** The same as an outcome. Throws on what is a bug of ours, which no retry will mend. */
export const unreachable = (error: unknown): Busy => {
  const fault = networkFaultOf(error);
  if (fault === undefined) throw error;
  return busyFor(fault.origin, fault.reason);
};

const codeOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  return ["AbortError", "TimeoutError", "HTTPParserError"].includes(error.name) ? error.name : undefined;
};
