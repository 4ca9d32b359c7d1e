import type { DeltaPage, FeedChange, Subscribed, Versioned } from "./feed-api.ts";
import type { UserNotification } from "./notification.ts";

/*
 * What the service's answers are read into. Each is looked at just enough that what is not the service's (a captive portal's page,
 * a proxy's own JSON) is known for it: then the parser returns undefined, and nothing of it gets into the store.
 */

type Members = Readonly<Record<string, unknown>>;

const membersOf = (body: unknown): Members => (typeof body === "object" && body !== null ? (body as Members) : {});
const isText = (value: unknown): value is string => typeof value === "string";

/** `"<epoch>.<version>"` as an ETag is written, weakened by a proxy or not, into the mark within. */
export const markIn = (etag: unknown): string | undefined =>
  isText(etag) ? /^(?:W\/)?"([\w-]*\.\d+)"$/.exec(etag)?.[1] : undefined;

const texts = ["id", "targetHostName", "appNotificationId", "priority", "readState", "userActionState"] as const;
const times = ["creationDateTime", "expirationDateTime"] as const;

/** A notification with its version. What is only true at the moment of the answer, or the service's own business, is left out. */
export const versionedIn = (body: unknown): Versioned | undefined => {
  const { "@odata.etag": tag, "@odata.context": _, status, displayTimeToLive, targetPolicy, ...rest } = membersOf(body);
  const etag = markIn(tag);
  const isWhole =
    texts.every((name) => isText(rest[name])) &&
    times.every((name) => !Number.isNaN(Date.parse(String(rest[name])))) &&
    typeof rest.payload === "object" &&
    rest.payload !== null;
  return etag !== undefined && isWhole ? { notification: rest as UserNotification, etag } : undefined;
};

const changeIn = (entity: unknown): FeedChange | undefined => {
  const { id, status } = membersOf(entity);
  if (isText(id) && status === "deleted") return { kind: "gone", id };
  const versioned = versionedIn(entity);
  return versioned && { kind: "live", ...versioned };
};

/** Each of an array by `parse`; undefined if it is none, or one of them is not what it should be. */
const allIn = <T>(given: unknown, parse: (one: unknown) => T | undefined): readonly T[] | undefined => {
  if (!Array.isArray(given)) return undefined;
  const parsed = given.flatMap((one) => parse(one) ?? []);
  return parsed.length === given.length ? parsed : undefined;
};

/** A page of the delta; `etag` is the answer's header. A last page without the feed's state is none. */
export const deltaPageIn = (body: unknown, etag: string | null): DeltaPage | undefined => {
  const { value, "@odata.nextLink": next, "@odata.deltaLink": last } = membersOf(body);
  const changes = allIn(value, changeIn);
  // Only the query: the service's own idea of its address may not be where this browser reaches it.
  const link = /\?([^#]*token=[^#]*)/.exec(String(next ?? last))?.[1];
  const mark = next === undefined ? markIn(etag) : undefined;
  if (!changes || link === undefined || (next === undefined && mark === undefined)) return undefined;
  return mark === undefined ? { changes, link } : { changes, link, mark };
};

/** Of a change of many: the ids the feed still has. */
export const changedIdsIn = (body: unknown): readonly string[] | undefined =>
  allIn(membersOf(body).value, (one) => {
    const { id, status } = membersOf(one);
    return isText(id) ? { id, status } : undefined;
  })?.flatMap(({ id, status }) => (status === 200 ? id : []));

export const publicKeyIn = (body: unknown): string | undefined => {
  const { publicKey } = membersOf(body);
  return isText(publicKey) ? publicKey : undefined;
};

export const subscribedIn = (body: unknown): Subscribed | undefined => {
  const { id, userNotificationSubscriptionId, expirationDateTime } = membersOf(body);
  return isText(id) && isText(userNotificationSubscriptionId) && isText(expirationDateTime)
    ? { id, userNotificationSubscriptionId, expirationDateTime }
    : undefined;
};

/** The service's own sentence about what is wrong; undefined when the answer is somebody else's. */
export const faultIn = (body: unknown): string | undefined => {
  const { code, message } = membersOf(membersOf(body).error);
  return isText(code) ? `${code}: ${String(message)}` : undefined;
};
