import type { HttpRequest } from "@azure/functions";
import type { Caller, User } from "../../shared/auth/caller.ts";
import { requiredScope } from "../../shared/auth/caller.ts";
import { Problem } from "../../shared/problem.ts";

/** What a client asks, before it is made into a request. */
export type Asked = {
  /** Who: `server`, or a user's name. */
  readonly as: string;
  /** The route's `id`, where it has one. */
  readonly id?: string;
  readonly query?: string;
  readonly unsid?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

export const base = "https://notify.contoso.com/beta";

/** As much of a request as the operations look at: a real one costs more time than all they do with it. */
export const requestOf = ({ as, query = "", unsid, headers = {}, body }: Asked): HttpRequest => {
  const bytes = body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(body));
  const request = {
    method: "",
    url: `${base}/${query}`,
    headers: new Headers({
      authorization: as,
      "content-type": "application/json",
      ...(unsid !== undefined && { "x-uns-id": unsid }),
      ...headers,
    }),
    query: new URLSearchParams(query),
    body: bytes ? streamOf(bytes) : null,
  };
  return request as unknown as HttpRequest;
};

/** All at once, then the end: what `ReadableStream` does, without the turns it takes for it. */
const streamOf = (bytes: Uint8Array) => {
  let isRead = false;
  const read = (): Promise<{ value?: Uint8Array; done: boolean }> => {
    if (isRead) return Promise.resolve({ done: true });
    isRead = true;
    return Promise.resolve({ value: bytes, done: false });
  };
  return { getReader: () => ({ read, cancel: () => Promise.resolve() }) };
};

export const userOf = (name: string): User => ({
  tenantId: "tenant",
  objectId: name,
  principalName: `${name}@contoso.com`,
});

export const serverId = "server";
export const clientId = "client";

/** Whom a request's `authorization` names. */
export const callerFrom = (authorization: string | null): Caller => {
  const caller = { tenantId: "tenant", roles: [] };
  if (authorization === null) throw new Problem("unauthenticated", "There is no token.");
  if (authorization === serverId) return { ...caller, kind: "app", clientId: serverId };
  return { ...caller, kind: "user", clientId, user: userOf(authorization), scopes: [requiredScope] };
};
