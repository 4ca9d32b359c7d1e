import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Fault } from "./faults.ts";

/** The raw TCP socket of a response's connection: breaking a TLS socket would only close it politely. */
export type RawSocketOf = (response: ServerResponse) => Socket | undefined;

/** What the sender will see of a fault: a status, null for no answer, undefined when it is only a delay. */
export const faultStatus = ({ hang, reset, status }: Fault): number | null | undefined =>
  hang === true || reset === true ? null : status;

/** Does to a response what a fault says after its delay; nothing when that was all. */
export const answerFault = (fault: Fault, response: ServerResponse, rawSocketOf: RawSocketOf): void => {
  if (fault.reset) rawSocketOf(response)?.resetAndDestroy();
  if (fault.reset || fault.hang || fault.status === undefined) return;
  const isText = fault.body === undefined || typeof fault.body === "string";
  const type = isText ? "text/plain; charset=utf-8" : "application/json";
  response.writeHead(fault.status, { "content-type": type, ...fault.headers });
  response.end(isText ? fault.body : JSON.stringify(fault.body));
};
