import type { IncomingMessage, ServerResponse } from "node:http";
import { Refused } from "../http/refused.ts";
import { jsonHeaders } from "./headers.ts";
import type { ToldError } from "./told.ts";

export const sendJson = (response: ServerResponse, value: unknown): void => {
  send(response, 200, jsonHeaders, Buffer.from(`${JSON.stringify(value)}\n`));
};

/** Answers with a sentence that says why not. */
export const refuse = (response: ServerResponse, { status, message }: Refused): void => {
  const told: ToldError = { error: message };
  send(response, status, jsonHeaders, Buffer.from(`${JSON.stringify(told)}\n`));
};

/** Throws `Refused` unless the request has one of these methods, which the answer then names. */
export const allow = (request: IncomingMessage, response: ServerResponse, methods: readonly string[]): void => {
  if (methods.includes(request.method ?? "")) return;
  response.setHeader("allow", methods.join(", "));
  throw new Refused(405, `This takes ${methods.join(" and ")} only.`);
};

/** Answers, without the content where only the headers are asked for (HEAD). */
export const send = (
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  content: Buffer,
): void => {
  // Whoever went away waits for nothing.
  if (response.destroyed) return;
  response.writeHead(status, { ...headers, "content-length": content.length });
  response.end(response.req.method === "HEAD" ? undefined : content);
};
