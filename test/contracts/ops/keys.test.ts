import { spawn } from "node:child_process";
import { createECDH } from "node:crypto";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { resealRows } from "../../../infra/ops/keys/reseal-rows.ts";
import { tableSharedTokens } from "../../../shared/channels/shared-tokens.table.ts";
import { systemClock } from "../../../shared/clock.ts";
import { dataCipher, dataKeysFrom, type DataKey } from "../../../shared/data-keys.ts";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import { hostName, newUser, subscriptionDraftOf } from "../feed/samples.ts";
import { azurite, dataKey, startTables, subscriptionsUnderTest } from "../feed/subscriptions-under-test.ts";
import { justBefore } from "../purge/purge-under-test.ts";
import { command, linesOf, program } from "./operator.ts";

startTables();

const inAMonth = Math.floor(systemClock.now() / 1_000) * 1_000 + 30 * 86_400_000;
const [oldest, old, fresh, foreign] = [dataKey("k0"), dataKey("k1"), dataKey("k2"), dataKey("k9")];
const printed = (keys: readonly DataKey[]): string =>
  keys.map(({ id, key }) => `${id}:${Buffer.from(key).toString("base64")}`).join(",");
const env = (...keys: DataKey[]) => ({
  TablesConnection: azurite.connectionString,
  ...(keys.length > 0 && { DATA_KEYS: printed(keys) }),
});

/** A device of somebody's, subscribed by a service with these keys. */
const subscribed = async (...keys: [DataKey, ...DataKey[]]) => {
  const user = newUser();
  const draft = subscriptionDraftOf();
  const { unsid } = await subscriptionsUnderTest(keys, { clock: systemClock }).subscribe(user, draft, inAMonth);
  const feed = feedKeyOf(user, hostName);
  /** What a service with these keys makes of it. */
  const readBy = async (...others: [DataKey, ...DataKey[]]) => {
    const service = subscriptionsUnderTest(others, { clock: systemClock });
    const [found] = await service.of(feed);
    const renewed = await service.subscribe(user, draft, inAMonth);
    return { channel: found?.channel, isSameUnsid: renewed.unsid === unsid };
  };
  return { user, draft, readBy };
};
const tokens = (...keys: [DataKey, ...DataKey[]]) =>
  tableSharedTokens({ tokens: azurite.tables.tokens, cipher: dataCipher(keys), clock: systemClock });
const counts = async (...keys: DataKey[]) => {
  const { stdout } = await command(["keys", "data", "--json"], { env: env(...keys) });
  const [document] = linesOf(stdout) as [{ value: { keyId: string }[]; mayRemove: string[] }];
  return { ...document, of: (keyId: string) => document.value.find((one) => one.keyId === keyId) };
};
/** No test meets another's rows. */
const clear = async () => {
  for (const table of [azurite.tables.feeds, azurite.tables.tokens])
    for await (const { partitionKey, rowKey } of table.all())
      await table.write({ kind: "delete", partitionKey, rowKey });
};

test("a rotation: counted before, refused without a proof, resealed, counted after; then the new key alone reads everything", async () => {
  await clear();
  const devices = await Promise.all([subscribed(old), subscribed(old), subscribed(oldest)]);
  const made = { token: "header.claims.signature", signedAt: systemClock.now() };
  await tokens(old).offer("apns", made, undefined);

  expect((await counts()).value).toMatchObject([
    { keyId: expect.any(String) as unknown, role: "unknown" },
    { role: "unknown" },
  ]);
  const before = await counts(fresh, old, oldest);
  expect(before.of("k2")).toMatchObject({ role: "first", subscriptions: 0, sharedTokens: 0 });
  expect(before.of("k1")).toMatchObject({ role: "older", subscriptions: 2, sharedTokens: 1, unopened: 0 });
  expect(before.of("k0")).toMatchObject({ subscriptions: 1 });
  expect(before.mayRemove).toEqual([]);

  const reseal = (...more: string[]) =>
    command(["keys", "reseal", "--yes", "--json", ...more], { env: env(fresh, old, oldest) });
  const unproven = await reseal();
  expect(unproven).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("nothing proves") });
  const rotated = await subscribed(fresh, old, oldest); // the service has it
  const rows = { resealed: 0, left: 4, keyId: "k2" };
  expect(linesOf((await reseal("--dry-run")).stdout)).toEqual([{ outcome: "would reseal", unopened: 0, ...rows }]);
  expect((await counts(fresh, old, oldest)).of("k1")).toEqual(before.of("k1"));

  const told = await reseal();
  expect(told).toMatchObject({ code: 0, stderr: expect.stringContaining("Audit: keys reseal of data key k2") });
  expect(told.stderr).toContain("an older key may go 31 days after another one came first");
  expect(linesOf(told.stdout)).toEqual([{ outcome: "resealed", keyId: "k2", resealed: 4, left: 0, unopened: 0 }]);
  const after = await counts(fresh, old, oldest);
  expect(after.of("k2")).toMatchObject({ subscriptions: 4, sharedTokens: 1, unopened: 0 });
  expect(after.mayRemove).toEqual(["k1", "k0"]);
  for (const { readBy, draft } of [...devices, rotated])
    expect(await readBy(fresh)).toEqual({ channel: draft.channel, isSameUnsid: true });
  expect(await tokens(fresh).find("apns")).toEqual(made);

  const again = await reseal();
  expect(linesOf(again.stdout)).toEqual([{ outcome: "nothing", keyId: "k2", resealed: 0, left: 0, unopened: 0 }]);
});

test.each([
  { by: "an instance that still seals with the old key", keys: [old, fresh] as const },
  { by: "an instance that has the new one", keys: [fresh, old] as const },
])("a device that renews in the very moment, by $by, is not lost, and sealed with the new key", async ({ keys }) => {
  await clear();
  const { user, draft, readBy } = await subscribed(old);
  const { channel } = subscriptionDraftOf();
  const service = subscriptionsUnderTest([...keys], { clock: systemClock });
  const renew = () => service.subscribe(user, { ...draft, channel }, inAMonth);
  const seen = { ...azurite.tables, feeds: justBefore(azurite.tables.feeds, () => true, renew) };
  const use = { stop: new AbortController().signal, each: () => undefined, looked: () => undefined };
  await resealRows(seen, [fresh, old], use);
  expect((await counts(fresh, old)).of("k1")).toMatchObject({ subscriptions: 0 });
  const [found] = await subscriptionsUnderTest([fresh], { clock: systemClock }).of(feedKeyOf(user, hostName));
  expect(found?.channel).toEqual(channel);
  expect((await readBy(fresh)).isSameUnsid).toBe(true);
});

test("Ctrl-C in the middle leaves every row whole, and the next run does the rest", async () => {
  await clear();
  const devices = await Promise.all(Array.from({ length: 40 }, () => subscribed(old)));
  const stop = new AbortController();
  let resealed = 0;
  const use = { stop: stop.signal, looked: () => undefined };
  const each = (): void => {
    if ((resealed += 1) === 5) stop.abort();
  };
  await expect(resealRows(azurite.tables, [fresh, old], { ...use, each })).rejects.toThrow();
  const half = await counts(fresh, old);
  expect(half.of("k2")).toMatchObject({ subscriptions: resealed, unopened: 0 });
  expect(half.of("k1")).toMatchObject({ subscriptions: 40 - resealed, unopened: 0 });
  expect(resealed).toBeLessThan(40);
  const args = ["keys", "reseal", "--yes", "--json"];
  expect(await command(args, { env: env(fresh, old), stop: AbortSignal.abort() })).toMatchObject({ code: 130 });
  const told = await command(args, { env: env(fresh, old) });
  expect(linesOf(told.stdout)).toMatchObject([{ outcome: "resealed", resealed: 40 - resealed, left: 0 }]);
  for (const { readBy, draft } of devices.slice(0, 10))
    expect(await readBy(fresh)).toEqual({ channel: draft.channel, isSameUnsid: true });
});

test("what a key sealed that is gone is told, and left for its device to renew; a wrong key is told as such", async () => {
  await clear();
  await Promise.all([subscribed(foreign), subscribed(old), subscribed(fresh)]);
  const told = await counts(fresh, old);
  expect(told.of("k9")).toMatchObject({ role: "missing", unopened: 1 });
  const wrong = { ...old, key: fresh.key };
  expect((await counts(fresh, wrong)).of("k1")).toMatchObject({ role: "older", unopened: 1 });
  const printedTable = (await command(["keys", "data"], { env: env(fresh, wrong) })).stdout;
  expect(printedTable).toContain("What k9 sealed is lost while that key is not in DATA_KEYS: 1 do not open");
  expect(printedTable).toContain("Not all that is sealed as k1 opens: is DATA_KEYS the service's own?");
  const [, first] = (await command(["keys", "data"], { env: env(fresh) })).stdout.split("\n\n");
  expect(first).toMatch(/^What k1, k9 sealed is lost|^What k9, k1 sealed is lost/);
  const done = await command(["keys", "reseal", "--yes"], { env: env(fresh, old) });
  expect(done).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("1 do not open with DATA_KEYS and stay as they are"),
  });
  expect((await counts(fresh, old)).of("k9")).toMatchObject({ subscriptions: 1 });
});

test("a first key that has the service's name and is another is refused, also as deployed; nothing is written", async () => {
  await clear();
  await Promise.all([subscribed(fresh), subscribed(old)]);
  const almost = { ...fresh, key: foreign.key };
  for (const more of [[], ["--deployed"]]) {
    const told = await command(["keys", "reseal", "--yes", "--json", ...more], { env: env(almost, old) });
    expect(told).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("another key than the service's"),
    });
  }
  expect((await counts(fresh, old)).of("k1")).toMatchObject({ subscriptions: 1, unopened: 0 });
});

test("new keys are as the settings take them, each time others, and come with the steps; the built program makes them, too", async () => {
  const made = await command(["keys", "new", "data", "--json"], { env: {} });
  const [{ settings, steps }] = linesOf(made.stdout) as [{ settings: { DATA_KEYS: string }; steps: string[] }];
  expect(dataKeysFrom(settings.DATA_KEYS)?.[0].id).toMatch(/^k\d{8}_[\da-f]{6}$/);
  expect(steps.join(" ")).toContain("keys reseal");
  const named = await command(["keys", "new", "data", "--id", "k2"], { env: env(old) });
  expect(named.stdout).toMatch(/^DATA_KEYS=k2:[\w+/]{43}=\n$/);
  expect(named.stderr).toContain("keys turn add makes one, and puts it behind the setting's value");
  const taken = await command(["keys", "new", "data", "--id", "k1"], { env: env(old) });
  expect(taken).toMatchObject({ code: 1, stdout: "" });

  const { stdout, code } = await program(["keys", "new", "vapid", "--json"]);
  expect(code).toBe(0);
  const [vapid] = linesOf(stdout) as [{ settings: { VAPID_PUBLIC_KEY: string; VAPID_PRIVATE_KEY: string } }];
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(vapid.settings.VAPID_PRIVATE_KEY, "base64url");
  expect(pair.getPublicKey("base64url")).toBe(vapid.settings.VAPID_PUBLIC_KEY);
  expect(Buffer.from(vapid.settings.VAPID_PRIVATE_KEY, "base64url")).toHaveLength(32);
});

test("a fresh key that could not be written is exit code 1: it stands nowhere else", async () => {
  // As on a disk that is full: what is written is refused.
  const unwritable = openSync("/dev/null", "r");
  const child = spawn(process.execPath, ["dist/ops/main.mjs", "keys", "new", "data", "--json"], {
    stdio: ["ignore", unwritable, "pipe"],
  });
  const [told, [code]] = await Promise.all([text(child.stderr!), once(child, "exit")]);
  closeSync(unwritable);
  expect({ code: code as unknown, told }).toEqual({
    code: 1,
    told: "What this command answers could not be written (EBADF).\n",
  });
});

test.each([
  { args: ["keys", "reseal"], code: 64, told: "To reseal without a terminal to ask at, give --yes" },
  { args: ["keys", "reseal", "--yes"], code: 1, told: "DATA_KEYS is not set" },
  { args: ["keys", "new"], code: 64, told: "Usage: npm run ops -- keys new" },
  { args: ["keys", "new", "data", "--id", "k-2"], code: 64, told: "It is 1 to 32 letters, digits and underscores." },
  { args: ["keys", "rotate"], code: 64, told: "unknown command 'rotate'" },
])("$args is told in a sentence", async ({ args, code, told }) => {
  const ended = await command(args, { env: env() });
  expect(ended).toMatchObject({ code, stdout: "" });
  expect(ended.stderr).toContain(told);
});
