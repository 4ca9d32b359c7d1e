import { createServer } from "node:http";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { milliseconds, systemClock } from "../../../shared/clock.ts";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import type { SubscriptionDraft } from "../../../shared/subscription/subscription.ts";
import { rowKeyOf } from "../../../shared/subscription/subscription-row.ts";
import { vapidKeyIdOf } from "../../../shared/subscription/vapid-key.ts";
import { hostName, newUser, subscriptionDraftOf } from "../feed/samples.ts";
import { azurite, startTables, subscriptionsUnderTest } from "../feed/subscriptions-under-test.ts";
import { closedPort } from "../../support/closed-port.ts";
import { command, linesOf } from "./operator.ts";

startTables();

/** A server whose keys no other test's has, and its browsers. */
const server = () => {
  const [current, previous] = [`current-${crypto.randomUUID()}`, `previous-${crypto.randomUUID()}`];
  const ids = { current: vapidKeyIdOf(current), previous: vapidKeyIdOf(previous) };
  const { subscribe, of, forgetChannel } = subscriptionsUnderTest(undefined, { clock: systemClock, vapidKeys: ids });
  return {
    current,
    ids,
    env: {
      TablesConnection: azurite.connectionString,
      VAPID_PUBLIC_KEY: current,
      VAPID_PREVIOUS_PUBLIC_KEY: previous,
    },
    /** Somebody's device, and how its channel is lost. */
    subscribed: async (draft: Partial<SubscriptionDraft>, expiresAt: number) => {
      const user = newUser();
      const feed = feedKeyOf(user, hostName);
      const { subscription } = await subscribe(user, subscriptionDraftOf(draft), expiresAt);
      const lose = async () => forgetChannel(feed, (await of(feed))[0]!);
      return { feed, id: subscription.id, lose };
    },
  };
};

const inDays = (days: number): number => Math.floor(systemClock.now() / 1_000) * 1_000 + days * milliseconds.day;
const instant = (at: number): string => new Date(at).toISOString().replace(".000", "");

type Told = { readonly value: readonly { readonly role: string }[] };
/** Other tests' browsers are on keys this server does not know. */
const knownOf = (document: Told) => ({ ...document, value: document.value.filter(({ role }) => role !== "unknown") });

test("the browsers' subscriptions are counted by key, and the last of the previous key's says until when it is needed", async () => {
  const { ids, env, subscribed } = server();
  const [soon, later, last] = [inDays(1), inDays(5), inDays(20)];
  for (const end of [soon, last]) await subscribed({}, end);
  for (const end of [later, soon]) await subscribed({ vapidKeyId: ids.previous }, end);
  // None of these is pushed to: another platform's, one whose channel is gone, and one that has ended.
  const channel = { kind: "fcm", token: "token", packageName: "com.contoso.app" } as const;
  await subscribed({ platformType: "Android", channel }, last);
  const gone = await subscribed({ vapidKeyId: ids.previous }, last);
  await gone.lose();
  await subscribed({ vapidKeyId: ids.previous }, systemClock.now() - 1);

  const { code, stdout } = await command(["keys", "vapid", "--json"], { env });
  expect(code).toBe(0);
  const [document] = linesOf(stdout) as [Told];
  expect(knownOf(document)).toEqual({
    currentKeyId: ids.current,
    previousKeyId: ids.previous,
    value: [
      { keyId: ids.current, role: "current", subscriptions: 2, lastExpirationDateTime: instant(last) },
      { keyId: ids.previous, role: "previous", subscriptions: 2, lastExpirationDateTime: instant(later) },
    ],
    mayRemovePrevious: false,
    previousNeededUntil: instant(later),
  });
  const text = await command(["keys", "vapid"], { env });
  expect(text.stdout).toMatch(new RegExp(`^${ids.previous} +previous +2 +${instant(later)}$`, "m"));
  expect(text.stdout).toContain(`Keep the previous key for now: 2 may need it, the last until ${instant(later)}`);
});

/** What a service tells whose current key is this. */
const answering = async (
  current: string,
  use: (service: { url: string; asked: readonly string[] }) => Promise<void>,
) => {
  const asked: string[] = [];
  const service = createServer(({ url }, response) => {
    asked.push(url ?? "");
    response.end(JSON.stringify({ publicKey: current }));
  });
  await new Promise<void>((done) => service.listen(0, "127.0.0.1", done));
  try {
    await use({ url: `http://127.0.0.1:${(service.address() as AddressInfo).port}`, asked });
  } finally {
    service.closeAllConnections();
    service.close();
  }
};

test("when nobody is left on the previous key, it says which may be removed, whoever is on keys that went before; but only when the service confirms its own", async () => {
  const { current, ids, env, subscribed } = server();
  await subscribed({}, inDays(1));
  await subscribed({ vapidKeyId: vapidKeyIdOf("a key that went") }, inDays(30));
  const alone = await command(["keys", "vapid"], { env });
  expect(alone.stdout).toContain("Whether a key may be removed this cannot tell");
  expect(linesOf((await command(["keys", "vapid", "--json"], { env })).stdout)).toMatchObject([
    { mayRemovePrevious: false },
  ]);
  await answering(current, async ({ url }) => {
    const { stdout } = await command(["keys", "vapid"], { env: { ...env, PUBLIC_URL: url } });
    // Before the public keys are changed for one another it counts the same, and the other one is the new one.
    expect(stdout).toContain(
      `browsers are given ${ids.current}. If ${ids.previous} is the old key, it may be removed. If it is the new`,
    );
    expect(stdout).toContain("Those on an unknown key are reached by no push until they subscribe anew");
    const { VAPID_PUBLIC_KEY: _, ...exported } = env;
    const unsure = { ...exported, PUBLIC_URL: url, VAPID_PREVIOUS_PUBLIC_KEY: "" };
    const told = await command(["keys", "vapid"], { env: unsure });
    expect(told.stdout).toContain("Keep the previous key for now");
    expect(told.stdout).toContain("VAPID_PREVIOUS_PUBLIC_KEY is not set here");
  });
});

test("what this shell says of the keys is of yesterday, or the service does not answer: nothing is told as if it were so", async () => {
  const { current, ids, env, subscribed } = server();
  await subscribed({}, inDays(1));
  await answering("a key of today", async ({ url }) => {
    const told = await command(["keys", "vapid"], { env: { ...env, PUBLIC_URL: url } });
    expect(told).toMatchObject({ code: 1, stdout: "" });
    expect(told.stderr).toContain(`VAPID_PUBLIC_KEY here is ${ids.current}`);
    expect(told.stderr).toContain(vapidKeyIdOf("a key of today"));
    expect(told.stderr).not.toContain(current);
  });
  const down = { ...env, PUBLIC_URL: `http://127.0.0.1:${await closedPort()}` };
  expect(await command(["keys", "vapid"], { env: down })).toMatchObject({ code: 1, stdout: "" });
});

test("a row of before keys were noted may need the previous key", async () => {
  const { env, subscribed } = server();
  const { feed, id } = await subscribed({}, inDays(3));
  const { feeds } = azurite.tables;
  const { etag: _, vapidKeyId: __, ...row } = (await feeds.find(feed, rowKeyOf(id)))!;
  await feeds.write({ kind: "put", row });
  const { stdout } = await command(["keys", "vapid", "--json"], { env });
  await feeds.write({ kind: "delete", partitionKey: feed, rowKey: row.rowKey });
  const [document] = linesOf(stdout) as [Told];
  expect(knownOf(document)).toMatchObject({
    value: [{ keyId: null, role: "unnoted", subscriptions: 1 }],
    mayRemovePrevious: false,
  });
});

test("the service itself is asked for its current key: at PUBLIC_URL, or the local stack, whatever this shell's environment says", async () => {
  const { current, ids, env, subscribed } = server();
  await subscribed({}, inDays(1));
  const dataDir = await mkdtemp(join(tmpdir(), "fanfare-ops-"));
  await answering(current, async ({ url, asked }) => {
    const stack = { httpUrl: url, serviceBus: { connectionString: "none" }, tables: azurite };
    try {
      await writeFile(
        join(dataDir, "stack.json"),
        JSON.stringify(stack, ["httpUrl", "serviceBus", "tables", "connectionString"]),
      );
      const { TablesConnection } = env;
      for (const where of [
        { TablesConnection, PUBLIC_URL: url, VAPID_PUBLIC_KEY: "" },
        { FANFARE_DATA_DIR: dataDir, VAPID_PUBLIC_KEY: "of another one" },
      ]) {
        const { code, stdout, stderr } = await command(["keys", "vapid", "--json"], { env: where });
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
        expect(linesOf(stdout)[0]).toMatchObject({
          currentKeyId: ids.current,
          value: expect.arrayContaining([expect.objectContaining({ role: "current", subscriptions: 1 })]) as unknown,
        });
      }
      expect(asked).toEqual(Array(2).fill("/v1.0/me/notifications/vapidPublicKey"));
      // Changed for one another, they would tell that the key may go which browsers are bound to.
      const { VAPID_PUBLIC_KEY, VAPID_PREVIOUS_PUBLIC_KEY } = env;
      const swapped = { VAPID_PUBLIC_KEY: VAPID_PREVIOUS_PUBLIC_KEY, VAPID_PREVIOUS_PUBLIC_KEY: VAPID_PUBLIC_KEY };
      const told = await command(["keys", "vapid"], { env: { TablesConnection, PUBLIC_URL: url, ...swapped } });
      expect(told).toMatchObject({
        code: 1,
        stdout: "",
        stderr: expect.stringContaining("is not the key that the service gives"),
      });
      const twice = { TablesConnection, PUBLIC_URL: `${url}/`, VAPID_PREVIOUS_PUBLIC_KEY: current };
      expect(await command(["keys", "vapid"], { env: twice })).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("is not the previous one"),
      });
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });
});

test("without its key nothing is counted: that is told in a sentence", async () => {
  const { TablesConnection } = server().env;
  const nobody = await command(["keys", "vapid"], { env: { TablesConnection } });
  expect(nobody).toMatchObject({ code: 1, stdout: "" });
  expect(nobody.stderr).toBe("Neither VAPID_PUBLIC_KEY nor PUBLIC_URL is set, and this command needs one.\n");
  const PUBLIC_URL = `http://127.0.0.1:${await closedPort()}`;
  const down = await command(["keys", "vapid"], { env: { TablesConnection, PUBLIC_URL } });
  expect(down).toMatchObject({ code: 1, stdout: "" });
  expect(down.stderr).toMatch(/^The service does not tell its VAPID key\. Is it running, and at PUBLIC_URL\?/);
});

test("Ctrl-C ends the counting, and nothing is told as if it were all", async () => {
  const stop = AbortSignal.abort();
  const { code, stdout } = await command(["keys", "vapid"], { env: server().env, stop });
  expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
});
