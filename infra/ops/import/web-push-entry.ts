import { member } from "../../../shared/members.ts";
import { parseInstant } from "../../../shared/notification/instant.ts";
import { jsonIn } from "../json-in.ts";
import { refusedFor, textOf, type Understood } from "./entry.ts";

/** By which names a table knows things: columns of a CSV, members of a JSON object, where `keys.auth` is one within another. */
export type WebPushColumns = {
  /** The whole subscription in one column, as `PushSubscription.toJSON()` gives it, perhaps as a text. */
  readonly subscription?: string | undefined;
  readonly endpoint: string;
  readonly p256dh?: string | undefined;
  readonly auth?: string | undefined;
  readonly expiration: string;
  readonly user: string;
  readonly tenant?: string | undefined;
  readonly upn?: string | undefined;
  readonly id: string;
  readonly device?: string | undefined;
};

/** Reads one record of a hand-made table of browsers' subscriptions. */
export const webPushEntry = (record: unknown, columns: WebPushColumns): Understood => {
  if (typeof record !== "object" || record === null || Array.isArray(record)) return refusedFor("it is no JSON object");
  const subscription = columns.subscription === undefined ? record : objectIn(valueAt(record, columns.subscription));
  const endpoint = textOf(valueAt(subscription, columns.endpoint));
  if (endpoint === undefined) return refusedFor("it has no endpoint");
  return {
    kind: "device",
    device: {
      id: textOf(valueAt(record, columns.id)),
      owner: {
        user: textOf(valueAt(record, columns.user)),
        tenantId: columns.tenant === undefined ? undefined : textOf(valueAt(record, columns.tenant)),
        principalName: columns.upn === undefined ? undefined : textOf(valueAt(record, columns.upn)),
      },
      deviceId: columns.device === undefined ? undefined : textOf(valueAt(record, columns.device)),
      platformType: "WebPush",
      channel: {
        endpoint,
        keys: {
          p256dh: firstAt(subscription, columns.p256dh, ["keys.p256dh", "p256dh"]),
          auth: firstAt(subscription, columns.auth, ["keys.auth", "auth"]),
        },
        expirationTime: timeOf(valueAt(subscription, columns.expiration)),
      },
    },
  };
};

const firstAt = (record: unknown, named: string | undefined, usual: readonly string[]): string | undefined =>
  (named === undefined ? usual : [named])
    .map((path) => textOf(valueAt(record, path)))
    .find((text) => text !== undefined);

/** A name with dots is one column's, or else leads into what the column holds. */
const valueAt = (record: unknown, path: string): unknown => {
  const whole = member(record, path);
  if (whole !== undefined) return whole;
  const [first = "", ...rest] = path.split(".");
  return rest.length === 0 ? undefined : valueAt(objectIn(member(record, first)), rest.join("."));
};

/** A database may keep an object as its JSON text. */
const objectIn = (value: unknown): unknown => (typeof value === "string" ? jsonIn(value) : value);

/** Milliseconds since 1970, as browsers say it, or a database's date; null is never. What is neither is left for the API's rules to refuse. */
const timeOf = (value: unknown): unknown => {
  const text = textOf(value);
  if (text === undefined || text.toLowerCase() === "null") return null;
  if (/^\d{1,16}$/.test(text)) return Number(text);
  return parseInstant(text.replace(" ", "T")) ?? text;
};
