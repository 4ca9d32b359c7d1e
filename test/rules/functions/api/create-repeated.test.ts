import { expect, test } from "vitest";
import type { Caller } from "../../../../shared/auth/caller.ts";
import type { Accepted, Once } from "../../../../shared/feed/feed.ts";
import { messageIdOf } from "../../../../shared/fanout/job.ts";
import { newNotificationId } from "../../../../shared/notification/notification.ts";
import { body, now, phone, server, world, type Sent } from "./posting-world.ts";

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
