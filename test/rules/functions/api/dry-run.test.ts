import { describe, expect, test } from "vitest";
import { adminRole, type Caller } from "../../../../shared/auth/caller.ts";
import { newNotificationId } from "../../../../shared/notification/notification.ts";
import { channelOf, subscriptionWith } from "../../samples.ts";
import { body, now, phone, server, world, type Sent } from "./posting-world.ts";

describe("a dry run", () => {
  const dry: Sent = { query: "?dryRun=true" };
  const pixel = subscriptionWith({
    platformType: "Android",
    displayName: "Ada's Pixel",
    channel: channelOf("Android"),
  });

  test.each<[string, Sent, boolean]>([
    ["?dryRun=true", { query: "?dryRun=true" }, true],
    ["?DRYRUN=TRUE", { query: "?DRYRUN=TRUE" }, true],
    ["?dryRun=false", { query: "?dryRun=false" }, false],
    ["no query", {}, false],
    ["Prefer: handling=dry-run", { headers: { prefer: "return=minimal, Handling=Dry-Run" } }, true],
    ["Prefer: handling=strict", { headers: { prefer: "handling=strict" } }, false],
    ["both, of which one says no", { query: "?dryRun=false", headers: { prefer: "handling=dry-run" } }, true],
  ])("%s", async (_, sent, isDry) => {
    const { post, happened } = world();
    const answer = await post(sent);
    expect([answer.status, happened]).toEqual(isDry ? [200, ["read"]] : [201, ["stored in the user's feed", "sent"]]);
    const applied = isDry && sent.headers?.prefer !== undefined ? "handling=dry-run" : undefined;
    expect(answer.headers?.["Preference-Applied"]).toBe(applied);
  });

  test.each(["?dryRun", "?dryRun=", "?dryRun=1", "?dryRun=yes", "?dryRun=true&dryrun=true"])(
    "%s is a 400, for it would be a mistake to guess",
    async (query) => {
      const { post, happened, permits } = world();
      expect(await post({ query })).toMatchObject({
        status: 400,
        body: { error: { details: [{ target: "dryRun" }] } },
      });
      expect([happened, permits.taken]).toEqual([[], 0]);
    },
  );

  test("tells what would be stored and answered, new or replacing, and gives the app's permit back", async () => {
    const live = newNotificationId(now - 1_000);
    for (const [given, status, id] of [
      [{}, 201, undefined],
      [{ live }, 200, live],
      [{ live, always201: true }, 201, live],
    ] as const) {
      const { post, permits, jobs, accepted } = world(given);
      const { body: told, headers, ...answer } = await post(dry);
      expect([answer.status, headers?.Location, permits, jobs, accepted]).toEqual([
        200,
        undefined,
        { taken: 1, givenBack: 1 },
        [],
        [],
      ]);
      expect(told).toMatchObject({ dryRun: true, status, deliveries: [], fallback: null });
      const { notification } = told as { notification: Record<string, unknown> };
      expect(notification.id).toBe(id);
      expect(notification).toMatchObject({
        appNotificationId: "order-7",
        payload: body.payload,
        displayTimeToLive: 60,
      });
      expect(Object.keys(notification)).not.toContain("@odata.etag");
    }
  });

  test("has each push composed with the app's own credential, and names a device to the user and to administrators alone", async () => {
    const admin: Caller = { ...server, roles: [adminRole] };
    for (const [caller, displayName] of [
      [server, null],
      [admin, "Ada's Pixel"],
      [phone, "Ada's Pixel"],
    ] as const) {
      const { post, composed } = world({ caller, devices: [pixel] });
      const { body: told } = await post(dry);
      expect(told).toMatchObject({ deliveries: [{ displayName, isTold: true, push: { form: "visual", bytes: 2 } }] });
      expect(composed).toEqual(["content by default"]);
    }
  });

  test("tells a push that would be held, without a word of the server's settings", async () => {
    const { post, composed } = world({ devices: [pixel], credentials: { fcm: "missing" } });
    const { body: told } = await post(dry);
    const explanation = "Held until this server's credential for its platform is mended.";
    expect(told).toMatchObject({ deliveries: [{ isTold: false, explanation, push: { bytes: 2 } }] });
    expect(composed).toEqual(["content by missing"]);
    expect(JSON.stringify(told)).not.toContain("FCM_CREDENTIAL");
  });

  test("is refused as the POST would be, by a reader's throttle too, and never costs the app a permit", async () => {
    for (const given of [{ throttled: "reads" }, { throttled: "user" }, { away: "feed" }] as const) {
      const { post, permits } = world(given);
      expect((await post(dry)).status).toBe(406);
      expect(permits).toEqual({ taken: 1, givenBack: 1 });
    }
  });

  test("heeds no Idempotency-Key, but one that is none", async () => {
    const { post, onces } = world();
    expect((await post({ ...dry, headers: { "idempotency-key": "key" } })).status).toBe(200);
    expect((await post({ ...dry, headers: { "idempotency-key": "two words" } })).status).toBe(400);
    expect(onces).toEqual([]);
  });
});
