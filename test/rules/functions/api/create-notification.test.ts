import { expect, test } from "vitest";
import type { Caller } from "../../../../shared/auth/caller.ts";
import type { Accepted, Once } from "../../../../shared/feed/feed.ts";
import { messageIdOf } from "../../../../shared/fanout/job.ts";
import { feedKeyOf } from "../../../../shared/feed-key.ts";
import { newNotificationId } from "../../../../shared/notification/notification.ts";
import { Problem } from "../../../../shared/problem.ts";
import { body, now, phone, server, user, world, type Sent, type World } from "./posting-world.ts";

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

const fallbackPolicy = {
  endpointFallback: { platformTypes: ["iOS"], fallbackDelayInSeconds: 60, visualContent: { title: "You have mail" } },
};

test("with a fallback a second message is sent, for when its delay is over, and a repeat sends the same two", async () => {
  const sent = { body: { ...body, fallbackPolicy }, headers: { "idempotency-key": "k" } };
  const first = world();
  expect(await first.post(sent)).toMatchObject({ status: 201 });
  const [[content, when] = []] = first.jobs;
  expect(first.jobs).toEqual([
    [content, when],
    [{ ...content, kind: "fallback", due: now + 60_000 }, when],
  ]);
  const [before] = first.accepted;
  const again = world({ ...(before && { before }), later: 50_000 });
  expect(await again.post(sent)).toMatchObject({ status: 201 });
  expect(again.jobs).toEqual(first.jobs);
});

test.each(["content", "fallback"] as const)(
  "where its message for the %s is lost nothing is promised: 406",
  async (lost) => {
    const { post } = world({ lost });
    expect(await post({ body: { ...body, fallbackPolicy } })).toMatchObject({ status: 406 });
  },
);

test("what was refused though it was stored counts as accepted when a repeat is answered so, once", async () => {
  const keyed = { headers: { "idempotency-key": "k" } };
  const first = world({ away: "fanout" });
  expect(await first.post(keyed)).toMatchObject({ status: 406 });
  expect(first.happened.at(-1)).toBe("noted as refused");
  const [became] = first.accepted;
  const before: Accepted = { ...became!, isRepeat: true, wasRefused: true };

  const still = world({ before, away: "fanout" });
  expect(await still.post(keyed)).toMatchObject({ status: 406 });
  expect(still.happened).toEqual([]); // it is noted already

  const now = world({ before });
  expect(await now.post(keyed)).toMatchObject({ status: 201, accepted: "new" });
  expect(now.happened).toEqual(["sent", "noted as accepted"]);

  const { wasRefused: _, ...counted } = before;
  for (const uncounted of [
    world({ before, notes: "late" }),
    world({ before, notes: "away" }),
    world({ before: counted }),
  ]) {
    const answer = await uncounted.post(keyed);
    expect(answer).toMatchObject({ status: 201 });
    expect(answer).not.toHaveProperty("accepted");
  }
});

test("nothing is noted of a POST without a key, nor of one that is accepted at once, and a note that fails changes no answer", async () => {
  const refused = world({ away: "fanout" });
  await refused.post();
  const accepted = world();
  expect(await accepted.post({ headers: { "idempotency-key": "k" } })).toMatchObject({ accepted: "new" });
  expect([...refused.happened, ...accepted.happened].filter((what) => what.startsWith("noted"))).toEqual([]);
  const away = world({ away: "fanout", notes: "away" });
  expect(await away.post({ headers: { "idempotency-key": "k" } })).toMatchObject({ status: 406 });
});

test("a user's throttle that refuses gives the app's permit back; a store or bus that fails does not", async () => {
  const refused = world({ throttled: "user" });
  expect(await refused.post()).toMatchObject({ status: 406, headers: { "Retry-After": "7" } });
  expect([refused.permits, refused.jobs]).toEqual([{ taken: 1, givenBack: 1 }, []]);
  for (const away of ["feed", "fanout"] as const) {
    const { post, permits } = world({ away });
    await post();
    expect(permits).toEqual({ taken: 1, givenBack: 0 }); // whether it was stored is not known
  }
  const accepted = world();
  await accepted.post();
  expect(accepted.permits).toEqual({ taken: 1, givenBack: 0 });
});

test("every fault told after the app's permit gives it back", async () => {
  const refused: readonly Sent[] = [
    { text: "{".repeat(65_537) },
    { text: "{" },
    { body: [body] },
    { body: { ...body, "@odata.type": "x" } },
    { body: { ...body, groupName: 7 } },
    { headers: { "x-uns-id": "unknown" } },
  ];
  for (const sent of refused) {
    const { post, permits } = world();
    expect((await post(sent)).status).toBeGreaterThanOrEqual(400);
    expect(permits).toEqual({ taken: 1, givenBack: 1 });
  }
});

test("an Idempotency-Key is handed on as hashes: of app, tenant and key, and of the body", async () => {
  const onceOf = async (key: string, caller: Caller = server, sent: Sent = {}): Promise<Once | undefined> => {
    const { post, onces } = world({ caller });
    await post({ ...sent, headers: { "idempotency-key": key } });
    return onces[0];
  };
  const first = await onceOf("key-s3cr3t");
  expect(await onceOf("key-s3cr3t")).toEqual(first);
  expect(JSON.stringify(first)).not.toContain("s3cr3t");
  const others = await Promise.all([
    onceOf("key-S3cr3t"),
    onceOf("key-s3cr3t", { ...server, tenantId: "another" }),
    onceOf("key-s3cr3t", phone),
  ]);
  expect(new Set([first, ...others].map((once) => once?.key)).size).toBe(4);
  expect(new Set(others.map((once) => once?.body))).toEqual(new Set([first?.body]));
  const otherBody = await onceOf("key-s3cr3t", server, { body: { ...body, groupName: "another" } });
  expect(otherBody).toEqual({ key: first?.key, body: expect.not.stringMatching(String(first?.body)) as string });
  const { post, onces } = world();
  await post();
  expect(onces).toEqual([undefined]);
});

test.each(["", "two words", "x".repeat(256), "é", "a, b"])("the Idempotency-Key %j is a 400", async (key) => {
  const { post, happened, permits } = world();
  const answer = await post({ headers: { "idempotency-key": key } });
  expect([answer.status, JSON.stringify(answer.body)]).toEqual([
    400,
    expect.stringContaining("Idempotency-Key must be"),
  ]);
  expect([happened, permits.taken]).toEqual([[], 0]);
});

test("a repeat is answered as the first was, to the byte, however late, and sends the same message before", async () => {
  for (const isNew of [true, false]) {
    const first = world(isNew ? {} : { live: newNotificationId(now - 1_000) });
    const answered = await first.post({ headers: { "idempotency-key": "k".repeat(255) } });
    expect(answered.status).toBe(isNew ? 201 : 200);
    const [before] = first.accepted;
    const [[job] = []] = first.jobs;
    const again = world({ ...(before && { before }), later: 50_000 });
    expect(await again.post({ headers: { "idempotency-key": "k".repeat(255) } })).toEqual(answered);
    expect(again.jobs.map(([repeated]) => repeated)).toEqual([job]);
    expect(again.jobs.map(([repeated]) => messageIdOf(repeated))).toEqual([`${job?.id}:${job?.version}:content:0`]);
    const away = world({ ...(before && { before }), away: "fanout" });
    expect(await away.post({ headers: { "idempotency-key": "k".repeat(255) } })).toMatchObject({ status: 406 });
  }
});

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
  { status: 406, says: "user is throttled", world: { throttled: "user" } },
  { status: 403, says: "not a live subscription's", sent: { headers: { "x-uns-id": "s3cr3t-other" } } },
  { status: 400, says: "does not match the contract", sent: { body: { ...body, groupName: 7 } } },
  { status: 401, says: "Invalid activity data type", sent: { body: { ...body, "@odata.type": "x", groupName: 7 } } },
  { status: 400, says: "not an array", sent: { body: [body] } },
  { status: 400, says: "must be JSON", sent: { text: "{" } },
  { status: 413, says: "64 KiB", sent: { text: "{".repeat(65_537) } },
  { status: 406, says: "app is throttled", world: { throttled: "app" } },
  { status: 406, says: "bus is throttled", world: { throttled: "bus" } },
  { status: 415, says: "Content-Encoding", sent: { headers: { "content-encoding": "br" } } },
  { status: 415, says: "Content-Type", sent: { headers: { "content-type": "text/plain" } } },
  { status: 400, says: "Idempotency-Key", sent: { headers: { "idempotency-key": "two words" } } },
  { status: 400, says: "X-UNS-ID is required", sent: { headers: { "x-uns-id": undefined } } },
  { status: 400, says: "If-Range", sent: { headers: { "if-range": "x" } } },
  { status: 400, says: "If-Modified-Since", sent: { headers: { "if-modified-since": "" } } },
  { status: 403, says: "blocked", world: { isBlocked: true } },
  { status: 401, says: "bearer token is required", world: { caller: noToken } },
];

test.each(["", "?dryRun=true"])(
  "faults are told in the contract's order, nothing is stored or sent, and no secret is repeated %s",
  async (query) => {
    let everything: { world: World; sent: Sent } = { world: {}, sent: {} };
    for (const fault of faults) {
      const headers = { ...everything.sent.headers, ...fault.sent?.headers };
      everything = {
        world: { ...everything.world, ...fault.world },
        sent: { ...everything.sent, ...fault.sent, headers },
      };
      const { post, happened } = world(everything.world);
      const answer = await post({ ...everything.sent, query });
      const text = JSON.stringify(answer);
      expect([answer.status, text]).toEqual([fault.status, expect.stringContaining(fault.says)]);
      expect(text).not.toContain("s3cr3t");
      expect(happened.filter((what) => what !== "read")).toEqual([]);
    }
  },
);
