import { ok, type Answer, type DeltaPage, type FeedChange, type Versioned } from "./feed-api.ts";
import type { UserNotification } from "./notification.ts";

/*
 * What the service's answers are read into. Each is looked at just enough that what is not the service's (a captive portal's page,
 * a proxy's own JSON) is known for it: then the parser makes nothing of it, and nothing of it gets into the store.
 */

type Members = Readonly<Record<string, unknown>>;

export const membersOf = (body: unknown): Members => Object(body) as Members;
export const isText = (value: unknown): value is string => typeof value === "string";

/** What a 2xx is read into, never anything falsy; false or undefined if it is not the service's answer. */
export type Parse<T> = (body: unknown, response: Response) => T | false | undefined;

/**
 * An answer's meaning. Only the service's own word ends or drops anything: a 404 or a 403 without its sentence is some proxy's, and failed.
 */
export const answerOf = async <T>(response: Response, parse: Parse<T>): Promise<Answer<T>> => {
  const { status, headers } = response;
  const body: unknown = await response.json().catch(() => undefined); // what is not JSON, or breaks off, is nobody's answer
  const value = response.ok && parse(body, response);
  if (value) return ok(value);

  const { code, message } = membersOf(membersOf(body).error);
  const isOurs = isText(code);
  const reason = isOurs ? `${code}: ${String(message)}` : String(status);
  const retryAfter = headers.get("Retry-After");
  // Gateways in front of the service say 429 or 503 and mean the same.
  if (status === 406 || retryAfter)
    return { kind: "throttled", reason, waitMs: Math.min(Number(retryAfter) || 5, hourSeconds) * 1_000 };
  const kind = isOurs || status === 401 ? (meanings[status] ?? (status < 500 ? "refused" : "failed")) : "failed";
  return { kind, reason, status };
};

/** Nobody is parked for longer by what a gateway says: then it is asked again. */
const hourSeconds = 3_600;

const meanings: Readonly<Record<number, "unauthorized" | "forbidden" | "not-found" | "gone" | "changed">> = {
  401: "unauthorized",
  403: "forbidden",
  404: "not-found",
  410: "gone",
  412: "changed",
};

/** Nothing is answered but that it is done. */
export const doneIn = (_body: unknown, { status }: Response): boolean => status === 204;

/** `"<epoch>.<version>"` as an ETag is written, weakened by a proxy or not, into the mark within. */
export const markIn = (etag: unknown): string | undefined => /^(?:W\/)?"([\w-]*\.\d+)"$/.exec(String(etag))?.[1];

const texts = ["id", "targetHostName", "appNotificationId", "priority", "readState", "userActionState"];
const times = ["creationDateTime", "expirationDateTime"];

/** A notification with its version. What is only true at the moment of the answer, or the service's own business, is left out. */
export const versionedIn = (body: unknown): Versioned | undefined => {
  const { "@odata.etag": tag, "@odata.context": _, status, displayTimeToLive, targetPolicy, ...rest } = membersOf(body);
  const etag = markIn(tag);
  const isWhole =
    texts.every((name) => isText(rest[name])) &&
    times.every((name) => isText(rest[name]) && Date.parse(rest[name]) > 0) &&
    membersOf(rest.payload) === rest.payload;
  return etag && isWhole ? { notification: rest as UserNotification, etag } : undefined;
};

const changeIn = (entity: unknown): FeedChange | undefined => {
  const { id, status } = membersOf(entity);
  if (isText(id) && status === "deleted") return { kind: "gone", id };
  const versioned = versionedIn(entity);
  return versioned && { kind: "live", ...versioned };
};

/** A page of the delta. One with a row that cannot be read is none, nor is a last one without the feed's state. */
export const deltaPageIn = (body: unknown, { headers }: Response): DeltaPage | undefined => {
  const { value, "@odata.nextLink": next, "@odata.deltaLink": last } = membersOf(body);
  // Only the query: the service's own idea of its address may not be where this browser reaches it.
  const link = /\?([^#]*token=[^#]*)/.exec(String(next ?? last))?.[1];
  const mark = next ? undefined : markIn(headers.get("ETag"));
  if (!Array.isArray(value) || !link || !(next ?? mark)) return undefined;
  const changes = value.flatMap((entity) => changeIn(entity) ?? []);
  if (changes.length < value.length) return undefined;
  return { changes, link, mark };
};

/** Many were changed; what became of each is told by the delta. */
export const changedIn = (body: unknown): boolean => Array.isArray(membersOf(body).value);
