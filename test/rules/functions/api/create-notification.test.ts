import type { SubscriptionId } from "../../../../shared/subscription/subscription.ts";
import { HttpRequest } from "@azure/functions";
import { expect, test } from "vitest";
import { createNotification } from "../../../../functions/api/create-notification.ts";
import { answerTo } from "../../../../functions/api/http.ts";
import { registeredAppSchema } from "../../../../shared/auth/app-registry.ts";
import { requiredScope, type Caller } from "../../../../shared/auth/caller.ts";
import type { FanoutJob } from "../../../../shared/fanout/job.ts";
import { acceptDraft } from "../../../../shared/feed/accept.ts";
import { feedKeyOf } from "../../../../shared/feed-key.ts";
import { newNotificationId, type NotificationId } from "../../../../shared/notification/notification.ts";
import { Problem } from "../../../../shared/problem.ts";
import { Unavailable } from "../../../../shared/unavailable.ts";

const now = Date.UTC(2019, 9, 28, 21);
const user = { tenantId: "tenant", objectId: "user", principalName: "graphnotify@contoso.com" };
const unsid = "unsid-s3cr3t";
const token = "Bearer t0ken-s3cr3t";
const app = registeredAppSchema.parse({ hostName: "app.contoso.com", senders: ["server"], clients: ["phone"] });
const server: Caller = { kind: "app", clientId: "server", tenantId: "tenant", roles: [] };
const phone: Caller = { kind: "user", clientId: "phone", tenantId: "tenant", user, scopes: [requiredScope] };
const body = {
  targetHostName: "App.Contoso.com",
  appNotificationId: "order-7",
  expirationDateTime: "2019-10-28T22:05:36.2500000Z",
  payload: { visualContent: { title: "Hello World!", body: "Notifications are Great!" }, rawContent: "s3cr3t" },
  groupName: "TestGroup",
  priority: "High",
  displayTimeToLive: "60",
};

type World = {
  readonly caller?: Caller | Problem;
  readonly isBlocked?: boolean;
  readonly live?: NotificationId;
  readonly always201?: boolean;
  readonly principalName?: string;
  readonly away?: "feed" | "fanout";
};
type Sent = { readonly body?: unknown; readonly headers?: Record<string, string | undefined>; readonly text?: string };

/** The operation on ports of a few lines; `happened` lists what it did to them, in order. */
const world = ({ caller = server, isBlocked = false, live, always201 = false, away, ...rest }: World = {}) => {
  const happened: string[] = [];
  const jobs: [FanoutJob, unknown][] = [];
  const failing = (what: string): Promise<never> => Promise.reject(new Unavailable(what, { cause: undefined }));
  const holder = { ...user, principalName: rest.principalName ?? user.principalName, hostName: "app.contoso.com" };
  const operation = createNotification({
    tokens: { verify: () => (caller instanceof Problem ? Promise.reject(caller) : Promise.resolve(caller)) },
    apps: {
      find: (name) => Promise.resolve(name === app.hostName ? app : undefined),
      ofClient: () => Promise.resolve([app]),
      isBlocked: () => Promise.resolve(isBlocked),
    },
    subscriptions: {
      holderOf: (given) =>
        Promise.resolve(
          given === unsid ? { ...holder, feed: "unused", subscriptionId: "device" as SubscriptionId } : undefined,
        ),
    },
    feed: {
      accept: (feed, draft) => {
        if (away === "feed") return failing("Table storage");
        happened.push(`stored in ${feed === feedKeyOf(user, app.hostName) ? "the user's feed" : "another feed"}`);
        const alias = live && { id: live, expiresAt: now + 1 };
        return Promise.resolve(acceptDraft(draft, { head: { epoch: "e", version: 1 }, alias }, now));
      },
    },
    fanout: {
      send: (job, when) => {
        if (away === "fanout") return failing("Service Bus");
        happened.push("sent");
        jobs.push([job, when]);
        return Promise.resolve();
      },
    },
    clock: { now: () => now },
    always201,
  });
  const post = async (sent: Sent = {}) => {
    const usual = { authorization: token, "content-type": "application/json", "x-uns-id": unsid };
    const headers: Record<string, string | undefined> = { ...usual, ...sent.headers };
    const given = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
    const request = new HttpRequest({
      method: "POST",
      url: "http://evil.example/beta/me/notifications",
      headers: Object.fromEntries(given) as Record<string, string>,
      body: { string: sent.text ?? JSON.stringify(sent.body ?? body) },
    });
    return operation({ request, params: {}, base: "https://notify.contoso.com/beta" }).catch((error: unknown) =>
      answerTo(error, { requestId: "r", clientRequestId: "c" }, now),
    );
  };
  return { post, happened, jobs };
};

test("the answer is the original's, byte for byte: seven members in order, raw content not echoed", async () => {
  const { post, jobs } = world();
  const answer = await post();
  const id = jobs[0]?.[0].id ?? "";
  expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(answer).toMatchObject({
    status: 201,
    headers: {
      "Content-Type": "application/json;odata.metadata=minimal;charset=utf-8",
      Location: `https://notify.contoso.com/beta/me/activities/${id}`,
      "OData-Version": "4.0",
    },
  });
  expect(JSON.stringify(answer.body)).toBe(
    `{"@odata.context":"https://notify.contoso.com/beta/$metadata#users('graphnotify%40contoso.com')/notifications/$entity",` +
      `"displayTimeToLive":60,"expirationDateTime":"2019-10-28T22:05:36.25Z","groupName":"TestGroup","id":"${id}",` +
      `"priority":"High","payload":{"visualContent":{"title":"Hello World!","body":"Notifications are Great!"}}}`,
  );
});

test("raw content alone is answered with an empty payload, an absent group with null, in whole seconds", async () => {
  const { post } = world();
  const raw = { targetHostName: "app.contoso.com", appNotificationId: "a", payload: { rawContent: "s3cr3t" } };
  const { body: answered } = await post({ body: raw });
  expect(answered).toMatchObject({ payload: {}, groupName: null, priority: "None", displayTimeToLive: 604_800 });
  expect(JSON.stringify(answered)).not.toContain("s3cr3t");
});

test("a replaced notification is answered 200 with its old id, or 201 where that is wanted", async () => {
  const live = newNotificationId(now - 1_000);
  for (const [always201, status] of [
    [false, 200],
    [true, 201],
  ] as const) {
    const { post, jobs } = world({ live, always201 });
    expect(await post()).toMatchObject({ status, body: { id: live } });
    expect(jobs).toHaveLength(1);
  }
});

test("it is stored first, then one message is sent that names it and holds none of it", async () => {
  const { post, happened, jobs } = world();
  await post();
  expect(happened).toEqual(["stored in the user's feed", "sent"]);
  const [[job, when] = []] = jobs;
  expect(job).toEqual({
    v: 1,
    feed: feedKeyOf(user, "app.contoso.com"),
    id: job?.id,
    version: 2,
    kind: "content",
    hop: 0,
    acceptedAt: now,
  });
  expect(when).toEqual({ expiresAt: Date.UTC(2019, 9, 28, 22, 5, 36, 250) });
});

test.each(["feed", "fanout"] as const)(
  "with the %s away nothing is promised: 406 and when to come again",
  async (away) => {
    expect(await world({ away }).post()).toMatchObject({ status: 406, headers: { "Retry-After": "5" } });
  },
);

test("a user posts for themselves without a UNSID", async () => {
  const { post, happened } = world({ caller: phone });
  expect(await post({ headers: { "x-uns-id": undefined } })).toMatchObject({ status: 201 });
  expect(happened).toEqual(["stored in the user's feed", "sent"]);
});

test("a name that would end the OData key is escaped", async () => {
  const answer = await world({ principalName: "o'neil/$x\ud800@contoso.com" }).post();
  expect(answer.body).toMatchObject({
    "@odata.context": expect.stringContaining("users('o%27neil%2F%24x%EF%BF%BD%40contoso.com')/notifications"),
  });
});

const noToken = new Problem("unauthenticated", "A bearer token is required in the Authorization header.");
/** In the contract's order (2.5): each has every fault of those below it as well. */
const faults: readonly {
  readonly status: number;
  readonly says: string;
  readonly world?: World;
  readonly sent?: Sent;
}[] = [
  { status: 403, says: "not a live subscription's", sent: { headers: { "x-uns-id": "s3cr3t-other" } } },
  { status: 400, says: "does not match the contract", sent: { body: { ...body, groupName: 7 } } },
  { status: 401, says: "Invalid activity data type", sent: { body: { ...body, "@odata.type": "x", groupName: 7 } } },
  { status: 400, says: "must be a JSON object", sent: { body: [body] } },
  { status: 400, says: "must be JSON", sent: { text: "{" } },
  { status: 413, says: "64 KiB", sent: { text: "{".repeat(65_537) } },
  { status: 415, says: "Content-Encoding", sent: { headers: { "content-encoding": "br" } } },
  { status: 415, says: "Content-Type", sent: { headers: { "content-type": "text/plain" } } },
  { status: 400, says: "X-UNS-ID is required", sent: { headers: { "x-uns-id": undefined } } },
  { status: 400, says: "If-Range", sent: { headers: { "if-range": "x" } } },
  { status: 400, says: "If-Modified-Since", sent: { headers: { "if-modified-since": "" } } },
  { status: 403, says: "blocked", world: { isBlocked: true } },
  { status: 401, says: "bearer token is required", world: { caller: noToken } },
];

test("faults are told in the contract's order, nothing is stored or sent, and no secret is repeated", async () => {
  let everything: { world: World; sent: Sent } = { world: {}, sent: {} };
  for (const fault of faults) {
    const headers = { ...everything.sent.headers, ...fault.sent?.headers };
    everything = {
      world: { ...everything.world, ...fault.world },
      sent: { ...everything.sent, ...fault.sent, headers },
    };
    const { post, happened } = world(everything.world);
    const answer = await post(everything.sent);
    const text = JSON.stringify(answer);
    expect([answer.status, text]).toEqual([fault.status, expect.stringContaining(fault.says)]);
    expect(text).not.toContain("s3cr3t");
    expect(happened).toEqual([]);
  }
});
