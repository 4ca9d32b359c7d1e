import type { SubscriptionId } from "../../../../shared/subscription/subscription.ts";
import { HttpRequest } from "@azure/functions";
import { expect } from "vitest";
import { createNotification } from "../../../../functions/api/create-notification.ts";
import { answerTo } from "../../../../functions/api/http.ts";
import { registeredAppSchema } from "../../../../shared/auth/app-registry.ts";
import { requiredScope, type Caller } from "../../../../shared/auth/caller.ts";
import type { Accepted, Once } from "../../../../shared/feed/feed.ts";
import type { FanoutJob } from "../../../../shared/fanout/job.ts";
import { acceptDraft } from "../../../../shared/feed/accept.ts";
import { feedKeyOf } from "../../../../shared/feed-key.ts";
import type { NotificationId } from "../../../../shared/notification/notification.ts";
import { Problem } from "../../../../shared/problem.ts";
import { Unavailable } from "../../../../shared/unavailable.ts";
import type { KeptSubscription } from "../../../../shared/subscription/subscriptions.ts";

export const now = Date.UTC(2019, 9, 28, 21);
export const user = { tenantId: "tenant", objectId: "user", principalName: "graphnotify@contoso.com" };
const unsid = "unsid-s3cr3t";
const token = "Bearer t0ken-s3cr3t";
const app = registeredAppSchema.parse({ hostName: "app.contoso.com", senders: ["server"], clients: ["phone"] });
export const server: Caller = { kind: "app", clientId: "server", tenantId: "tenant", roles: [] };
export const phone: Caller = {
  kind: "user",
  clientId: "phone",
  tenantId: "tenant",
  roles: [],
  user,
  scopes: [requiredScope],
};
export const body = {
  targetHostName: "App.Contoso.com",
  appNotificationId: "order-7",
  expirationDateTime: "2019-10-28T22:05:36.2500000Z",
  payload: { visualContent: { title: "Hello World!", body: "Notifications are Great!" }, rawContent: "s3cr3t" },
  groupName: "TestGroup",
  priority: "High",
  displayTimeToLive: "60",
};

export type World = {
  readonly caller?: Caller | Problem;
  readonly isBlocked?: boolean;
  readonly live?: NotificationId;
  readonly always201?: boolean;
  readonly principalName?: string;
  readonly away?: "feed" | "fanout";
  /** Only messages of this kind do not get to the bus. */
  readonly lost?: FanoutJob["kind"];
  /** Refuses, each in its turn. */
  readonly throttled?: "bus" | "app" | "user" | "reads";
  readonly devices?: readonly KeptSubscription[];
  readonly credentials?: { readonly fcm: string };
  /** How an answer was given is remembered by another first, or cannot be. */
  readonly notes?: "late" | "away";
  /** The clock is so many milliseconds further. */
  readonly later?: number;
  /** What was accepted before under the same Idempotency-Key. */
  readonly before?: Accepted;
};
export type Sent = {
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string | undefined>;
  readonly text?: string;
};

/** The operation on ports of a few lines; `happened` lists what it did to them, in order. */
export const world = ({
  caller = server,
  isBlocked = false,
  live,
  always201 = false,
  away,
  throttled,
  ...rest
}: World = {}) => {
  const happened: string[] = [];
  const onces: (Once | undefined)[] = [];
  const accepted: Accepted[] = [];
  const composed: string[] = [];
  const permits = { taken: 0, givenBack: 0 };
  const refusal = (who: string): Problem => new Problem("busy", `The ${who} is throttled.`, { retryAfterSeconds: 7 });
  const jobs: [FanoutJob, unknown][] = [];
  const failing = (what: string): Promise<never> => Promise.reject(new Unavailable(what, { cause: undefined }));
  const holder = { ...user, principalName: rest.principalName ?? user.principalName, hostName: "app.contoso.com" };
  const operation = createNotification({
    tokens: { verify: () => (caller instanceof Problem ? Promise.reject(caller) : Promise.resolve(caller)) },
    apps: {
      find: (name) =>
        Promise.resolve(name === app.hostName ? { ...app, credentials: rest.credentials ?? {} } : undefined),
      isBlocked: () => Promise.resolve(isBlocked),
    },
    appWrites: {
      take: () => {
        if (throttled === "app") return Promise.reject(refusal("app"));
        permits.taken += 1;
        return Promise.resolve({ giveBack: () => void (permits.givenBack += 1) });
      },
    },
    busy: {
      check: () => {
        if (throttled === "bus") throw refusal("bus");
      },
    },
    subscriptions: {
      holderOf: (given) =>
        Promise.resolve(given === unsid ? { ...holder, subscriptionId: "device" as SubscriptionId } : undefined),
      of: () => Promise.resolve([...(rest.devices ?? [])]),
    },
    channels: {
      fcm: {
        compose: ({ kind, credential }) => {
          composed.push(`${kind} by ${credential}`);
          return { form: "visual", headers: { ttl: "1" }, body: "{}", bytes: 2, bytesMax: 4_096 };
        },
      },
    },
    credentials: {
      fcm: { of: (name) => (name === "default" ? { credential: {} } : { fault: `set FCM_CREDENTIAL_${name}` }) },
    },
    reads: {
      count: () => {
        if (throttled === "reads") throw refusal("reader");
        happened.push("read");
      },
    },
    feed: {
      preview: (_, draft) => {
        if (away === "feed") return failing("Table storage");
        if (throttled === "user") return Promise.reject(refusal("user"));
        const alias = live && { id: live, expiresAt: now + 1, knownUntil: now + 1 };
        return Promise.resolve(acceptDraft(draft, { head: { epoch: "e", version: 1 }, alias }, now));
      },
      noteAnswer: (_, once, answer) => {
        happened.push(`noted as ${answer}`);
        expect(once.key).toMatch(/^[\w-]{43}$/);
        return rest.notes === "away" ? failing("Table storage") : Promise.resolve(rest.notes !== "late");
      },
      accept: (feed, draft, once) => {
        if (away === "feed") return failing("Table storage");
        if (throttled === "user") return Promise.reject(refusal("user"));
        onces.push(once);
        if (rest.before) return Promise.resolve(rest.before);
        happened.push(`stored in ${feed === feedKeyOf(user, app.hostName) ? "the user's feed" : "another feed"}`);
        const alias = live && { id: live, expiresAt: now + 1, knownUntil: now + 1 };
        const became = acceptDraft(draft, { head: { epoch: "e", version: 1 }, alias }, now);
        accepted.push(became);
        return Promise.resolve(became);
      },
    },
    fanout: {
      send: (job, when) => {
        if (away === "fanout" || rest.lost === job.kind) return failing("Service Bus");
        happened.push("sent");
        jobs.push([job, when]);
        return Promise.resolve();
      },
    },
    clock: { now: () => now + (rest.later ?? 0) },
    always201,
  });
  const post = async (sent: Sent = {}) => {
    const usual = { authorization: token, "content-type": "application/json", "x-uns-id": unsid };
    const headers: Record<string, string | undefined> = { ...usual, ...sent.headers };
    const given = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
    const request = new HttpRequest({
      method: "POST",
      url: `http://evil.example/beta/me/notifications${sent.query ?? ""}`,
      headers: Object.fromEntries(given) as Record<string, string>,
      body: { string: sent.text ?? JSON.stringify(sent.body ?? body) },
    });
    return operation({ request, params: {}, base: "https://notify.contoso.com/beta" }).catch((error: unknown) =>
      answerTo(error, { requestId: "r", clientRequestId: "c" }, now),
    );
  };
  return { post, happened, jobs, onces, permits, accepted, composed };
};
