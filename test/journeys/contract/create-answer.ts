import { expect } from "vitest";
import { caller } from "./anyone.ts";
import type { Answer, Person, Sent } from "./caller.ts";
import { guid } from "./expect-fault.ts";

export const postAs = (who: Person, more: Readonly<Record<string, unknown>>, sent: Sent = {}): Promise<Answer> =>
  caller.post(more, { token: who.token, ...sent });

export const expectHeaders = ({ headers, json }: Answer, base = caller.base): void => {
  expect(headers).toMatchObject({
    "content-type": "application/json;odata.metadata=minimal;charset=utf-8",
    location: `${base}/me/activities/${String(json.id)}`,
    "odata-version": "4.0",
    "cache-control": "private",
  });
  expect(headers["request-id"]).toMatch(guid);
  expect(headers["strict-transport-security"]).toMatch(/^max-age=\d+/);
};
