import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { putApp } from "../../../shared/auth/app-registry.table.ts";
import { milliseconds, systemClock } from "../../../shared/clock.ts";
import { busFanout, openBus } from "../../../shared/fanout/fanout.bus.ts";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import { startFanoutBus, type FanoutBus } from "../../support/fanout-bus.ts";
import { startTablesUnderTest, type TablesUnderTest } from "../../support/tables.ts";
import { draftOf } from "../feed/samples.ts";
import { jobOf, sentJob, undertaker } from "../dead-letters/bus-under-test.ts";
import { purgeUnderTest } from "../purge/purge-under-test.ts";
import { command, linesOf } from "./operator.ts";
import { apnsToken, rowTexts, somebody, type Somebody } from "./person-under-test.ts";

let broker: FanoutBus;
let tables: TablesUnderTest;
let service: ReturnType<typeof purgeUnderTest>;
let undertakes: ReturnType<typeof undertaker>;
let folder: string;
beforeAll(async () => {
  [broker, tables] = await Promise.all([startFanoutBus(), startTablesUnderTest()]);
  undertakes = undertaker(broker.connectionString);
  folder = await mkdtemp(join(tmpdir(), "fanfare-user-"));
  service = purgeUnderTest(tables.tables);
  service.clock.at = systemClock.now();
  for (const hostName of hostNames) await putApp(tables.tables.apps, { hostName, senders: [], clients: [] });
});
afterAll(async () => {
  await undertakes.close();
  await Promise.all([broker.stop(), tables.stop(), rm(folder, { recursive: true })]);
});

const hostNames = ["app.contoso.com", "other.contoso.com"];
const env = () => ({ ServiceBusConnection: broker.connectionString, TablesConnection: tables.connectionString });
const ops = (verb: string, { user }: Pick<Somebody, "user">, ...args: string[]) =>
  command(["user", verb, user.objectId, "--tenant", user.tenantId, ...args], { env: env() });
const erase = (whom: Pick<Somebody, "user">, ...args: string[]) => ops("erase", whom, "--settle", "0", ...args);

/** A message of each sort about somebody's feed. */
const send = async ({ feeds: [feed], ids: [id] }: Somebody, sorts: readonly ("waiting" | "scheduled" | "dead")[]) => {
  const job = (more: Partial<FanoutJob>) => jobOf({ feed: feed!, id: id!, ...more });
  const bus = openBus({ kind: "connection-string", connectionString: broker.connectionString });
  const { send: sent } = busFanout(bus, systemClock);
  const expiresAt = systemClock.now() + milliseconds.day;
  if (sorts.includes("dead")) await undertakes.refused([sentJob(job({ version: 9 }))]);
  if (sorts.includes("waiting")) await sent(job({ version: 7 }), { expiresAt });
  if (sorts.includes("scheduled"))
    await sent(job({ version: 8, due: systemClock.now() + milliseconds.hour }), { expiresAt });
  await bus.close();
};

const lastAct = async () => linesOf((await command(["audit", "--limit", "1", "--json"], { env: env() })).stdout)[0];

test("an erased person is in no table and no message any more; another is as they were; the audit keeps that it was done", async () => {
  const ada = await somebody(service, "ada", hostNames);
  const grace = await somebody(service, "grace", hostNames);
  const before = await rowTexts(tables.tables);
  await send(grace, ["scheduled", "dead"]);
  await send(ada, ["scheduled", "dead"]);

  const dry = await erase(ada, "--dry-run", "--json");
  expect(linesOf(dry.stdout)).toMatchObject([
    {
      outcome: "would erase",
      hostNames,
      there: { notifications: 4, subscriptions: 2, UNSIDs: 2, ledgers: 4, messages: 2 },
    },
  ]);
  expect(await rowTexts(tables.tables)).toEqual(before);

  const told = await erase(ada, "--yes", "--json");
  expect(told).toMatchObject({ code: 0, stderr: expect.stringContaining("found nothing of this person") });
  expect(linesOf(told.stdout)).toMatchObject([
    { outcome: "erased", removed: { notifications: 4, "scheduled messages": 1, "dead letters": 1 }, left: {} },
  ]);
  const after = await rowTexts(tables.tables);
  expect(after).toEqual(before.filter((text) => grace.words.some((word) => text.includes(word))));
  for (const word of ada.words) expect(after.join("\n")).not.toContain(word);
  const feedsTold = [...(await broker.peek()), ...(await undertakes.letters.peekMessages(10))];
  expect(feedsTold.map(({ body }) => (body as FanoutJob).feed)).toEqual([grace.feeds[0], grace.feeds[0]]);

  const act = await lastAct();
  expect(act).toMatchObject({ act: "user erase", outcome: "done", counts: { notifications: 4, "dead letters": 1 } });
  expect(JSON.stringify(act)).not.toContain(ada.user.objectId);
  expect(told.stdout + told.stderr).not.toContain(ada.user.objectId);

  const again = await erase(ada, "--yes", "--json");
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining("Nothing of this person is in ") });
  await ops("erase", grace, "--settle", "0", "--yes");
  expect(await rowTexts(tables.tables)).toEqual([]);
});

test("a device of an erased person starts over, finds nothing, and what comes later is whole", async () => {
  const ada = await somebody(service, "ada", hostNames);
  const [key] = ada.feeds;
  const { reached: since } = await service.feed.delta(key!, { top: 10 });
  await erase(ada, "--yes");
  await expect(service.feed.delta(key!, { top: 10, since })).rejects.toMatchObject({ kind: "gone" });
  expect(await service.feed.delta(key!, { top: 10 })).toMatchObject({ changes: [], isLast: true });
  const expiresAt = systemClock.now() + milliseconds.day;
  const { notification } = await service.feed.accept(key!, draftOf({ expiresAt, displayUntil: expiresAt }));
  expect((await service.feed.delta(key!, { top: 10 })).changes).toMatchObject([{ id: notification.id, version: 1 }]);
  await erase(ada, "--yes");
});

test("a message that waits is told, for it names the feed: exit code 1, and 0 once it is worked off", async () => {
  const ada = await somebody(service, "ada", ["app.contoso.com"]);
  await send(ada, ["waiting"]);
  const told = await erase(ada, "--yes", "--json");
  expect(told).toMatchObject({ code: 1, stderr: expect.stringContaining("its run finds nothing and ends it") });
  expect(linesOf(told.stdout)).toMatchObject([{ outcome: "left", left: { "messages that wait to be received": 1 } }]);
  await broker.take(1);
  expect(await erase(ada, "--yes")).toMatchObject({ code: 0 });
});

test("--app keeps to that app, and finds one that nobody has registered", async () => {
  const ada = await somebody(service, "ada", [...hostNames, "unknown.contoso.com"]);
  expect(await erase(ada, "--app", "Unknown.contoso.com", "--yes")).toMatchObject({ code: 0 });
  const after = await rowTexts(tables.tables);
  expect(after.filter((text) => text.includes(ada.feeds[2]!))).toEqual([]);
  expect(after.filter((text) => text.includes(ada.feeds[0]!))).not.toEqual([]);
  expect(await erase(ada, "--yes")).toMatchObject({ code: 0 });
  expect(await rowTexts(tables.tables)).toEqual([]);
});

test("an export tells everything in one document, for its reader alone; channels are opened by the service's keys, UNSIDs by nobody's", async () => {
  const ada = await somebody(service, "ada", hostNames);
  await send(ada, ["scheduled"]);
  const { stdout, stderr, code } = await ops("export", ada);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('stay "sealed"') });
  const [document] = linesOf(stdout);
  expect(document).toMatchObject({
    person: { tenantId: ada.user.tenantId, objectId: ada.user.objectId },
    feeds: [
      {
        targetHostName: "app.contoso.com",
        notifications: expect.arrayContaining([
          expect.objectContaining({
            id: ada.ids[0],
            payload: {
              rawContent: "words of ada at app.contoso.com",
              visualContent: { title: "title of ada at app.contoso.com" },
            },
            readState: "read",
          }),
        ]) as unknown,
        subscriptions: [{ deviceId: "phone of ada at app.contoso.com", channel: "sealed" }],
        deliveries: [{}, {}],
        fetched: [{ notificationId: ada.ids[0] }],
        idempotencyKeys: [{ notificationId: ada.ids[0] }],
        writes: { version: 4 },
      },
      { targetHostName: "other.contoso.com" },
    ],
    userNotificationSubscriptionIds: [{ principalName: "ada@contoso.com" }, { principalName: "ada@contoso.com" }],
    messages: [{ notificationId: ada.ids[0], state: "scheduled" }],
    acts: [],
  });
  expect(stdout).not.toContain(apnsToken);
  expect(await lastAct()).toMatchObject({ act: "user export", outcome: "done", counts: { subscriptions: 2 } });

  const out = join(folder, "ada.json");
  const args = ["user", "export", ada.user.objectId.toUpperCase(), "--tenant", ada.user.tenantId, "--out", out];
  const opened = await command(args, { env: { ...env(), DATA_KEYS: service.dataKeys } });
  expect(opened).toMatchObject({ code: 0, stdout: "" });
  const text = await readFile(out, "utf8");
  expect(JSON.parse(text)).toMatchObject({
    feeds: [{ subscriptions: [{ channel: { kind: "apns", token: apnsToken } }] }, {}],
    acts: [{ act: "user export", outcome: "done" }],
  });
  expect((await stat(out)).mode & 0o777).toBe(0o600);
  expect(await command(args, { env: env() })).toMatchObject({
    code: 64,
    stderr: expect.stringContaining("is there already"),
  });
  expect(await readFile(out, "utf8")).toBe(text);
  await erase(ada, "--yes");
  const whatIsLeft = linesOf((await ops("export", ada)).stdout)[0];
  expect(whatIsLeft).toMatchObject({ feeds: [], userNotificationSubscriptionIds: [], messages: [] });
});

test("nobody of that id: an export says so with exit code 2, and leaves no file", async () => {
  const nobody = { user: { tenantId: crypto.randomUUID(), objectId: crypto.randomUUID(), principalName: "" } };
  const out = join(folder, "nobody.json");
  const told = await ops("export", nobody, "--out", out);
  expect(told).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("the right tenant?") });
  await writeFile(out, "", { flag: "wx" }); // it is not there
});

test("without a yes nothing goes", async () => {
  const ada = await somebody(service, "ada", hostNames);
  const before = await rowTexts(tables.tables);
  const asked: string[] = [];
  const args = ["user", "erase", ada.user.objectId, "--tenant", ada.user.tenantId, "--settle", "0"];
  const no = (question: string) => (asked.push(question), Promise.resolve(false));
  expect(await command(args, { env: env(), ask: no })).toMatchObject({ code: 1 });
  expect(asked).toEqual(["Erase all of it for good?"]);
  expect(await rowTexts(tables.tables)).toEqual(before);
  const stopped = await command([...args, "--yes"], { env: env(), stop: AbortSignal.abort() });
  expect(stopped).toMatchObject({ code: 130 });
  expect(await rowTexts(tables.tables)).toEqual(before);
});

test.each([
  { args: ["user", "erase", "5b1c"], told: "required option '--tenant <id>' not specified" },
  { args: ["user", "erase", "--tenant", "9f2e"], told: "missing required argument 'objectId'" },
  {
    args: ["user", "erase", "5b1c", "--tenant", "9f2e"],
    told: "To erase a person without a terminal to ask at, give --yes",
  },
  { args: ["user", "export", "ada@contoso.com", "--tenant", "9f2e"], told: "It is an object id, not a sign-in name" },
  { args: ["user", "export", "5b1c", "--tenant", ""], told: "It is an id of 1 to 256 characters." },
  { args: ["user", "export", "5b1c", "--tenant", "t", "--app", "a b"], told: "It is a DNS host name" },
  { args: ["user", "erase", "5b1c", "--tenant", "t", "--settle", "soon"], told: "It is a whole number of seconds." },
  { args: ["user", "remove"], told: "unknown command 'remove'" },
])("$args is wrong usage: 64, before anything is begun", async ({ args, told }) => {
  const ended = await command(args, { env: { FANFARE_DATA_DIR: "/nowhere" } });
  expect(ended).toMatchObject({ code: 64, stdout: "" });
  expect(ended.stderr).toContain(told);
});
