import { expect } from "vitest";
import { anyone, caller } from "./anyone.ts";
import type { Answer, Person, Sent } from "./caller.ts";
import { guid } from "./expect-fault.ts";

const host = "targetHostName=graphnotifications.sample.windows.com";

export type Entity = Record<string, unknown> & { readonly id: string };

export const as = (who: Person, method: string, path: string, sent: Sent = {}): Promise<Answer> =>
  caller.ask(method, path, { token: who.token, ...sent });
export const right = async (asking: Promise<Answer>, status = 200): Promise<Answer> => {
  const answer = await asking;
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers["request-id"]).toMatch(guid);
  return answer;
};
export const get = (path: string, who = anyone): Promise<Answer> => right(as(who, "GET", path));
export const patch = (path: string, body: unknown, sent: Sent = {}): Promise<Answer> =>
  as(anyone, "PATCH", path, { body, ...sent });
/** Posts so many, one after the other, and resolves to their ids, oldest first. */
export const posted = async (
  count: number,
  more: (index: number) => object = () => ({}),
  who = anyone,
): Promise<string[]> => {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { json } = await right(caller.post({ ...more(index) }, { token: who.token }), 201);
    ids.push(String(json.id));
  }
  return ids;
};
/** Follows nextLinks, which must be whole URLs of the same base, and resolves to every page's answer. */
export const pages = async (first: string, who = anyone): Promise<Answer[]> => {
  const all = [await get(first, who)];
  for (let next = all[0]!.json["@odata.nextLink"]; next !== undefined; next = all.at(-1)!.json["@odata.nextLink"]) {
    expect(String(next).startsWith(caller.httpUrl), String(next)).toBe(true);
    all.push(await get(String(next).slice(caller.httpUrl.length), who));
    expect(all.length).toBeLessThan(50);
  }
  return all;
};
export const valuesOf = (answers: readonly Answer[]): Entity[] => answers.flatMap(({ json }) => json.value as Entity[]);
export const idsOf = (answers: readonly Answer[]): string[] => valuesOf(answers).map(({ id }) => id);
export const list = (query = ""): string => `notifications?${host}${query}`;
export const delta = (query = ""): string => `notifications/delta?${host}${query}`;
export const pathOf = (link: unknown): string => String(link).slice(caller.httpUrl.length);
export const deltaLinkOf = (answers: readonly Answer[]): string => {
  for (const { json } of answers.slice(0, -1)) expect(json["@odata.deltaLink"]).toBeUndefined();
  const link = answers.at(-1)!.json["@odata.deltaLink"] as string;
  expect(link.startsWith(`${caller.httpUrl}/`), link).toBe(true);
  return pathOf(link);
};

export const asCase = (body: unknown): [string, unknown] => [JSON.stringify(body), body];

const entityMembers = [
  ...["id", "targetHostName", "appNotificationId", "groupName", "creationDateTime", "lastModifiedDateTime"],
  ...["expirationDateTime", "status", "priority", "displayTimeToLive", "readState", "userActionState", "targetPolicy"],
  ...["payload", "@odata.etag"],
];
export const expectEntity = (entity: Record<string, unknown>): void => {
  expect(
    Object.keys(entity)
      .filter((name) => name !== "@odata.context")
      .toSorted(),
  ).toEqual(entityMembers.toSorted());
};
