import { expect, test } from "vitest";
import { feedKeyOf } from "../../../../shared/feed-key.ts";
import { newNotificationId } from "../../../../shared/notification/notification.ts";
import { body, now, phone, user, world } from "./posting-world.ts";

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
