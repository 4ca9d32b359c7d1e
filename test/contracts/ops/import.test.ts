import { readFile, stat } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { putApp } from "../../../shared/auth/app-registry.table.ts";
import { milliseconds, systemClock } from "../../../shared/clock.ts";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import { vapidKeyIdOf } from "../../../shared/subscription/vapid-key.ts";
import { newUser, subscriptionDraftOf } from "../feed/samples.ts";
import { azurite, firstKey, startTables, subscriptionsUnderTest } from "../feed/subscriptions-under-test.ts";
import { jsonLines, newBrowser, newFolder, newPublicKey, registrationLine } from "./dumps.ts";
import { command, linesOf, program } from "./operator.ts";

startTables();

const hostName = "import.contoso.com";
const vapidPublicKey = newPublicKey();
let folder: Awaited<ReturnType<typeof newFolder>>;
beforeAll(async () => {
  folder = await newFolder();
  await putApp(azurite.tables.apps, { hostName, senders: ["s"], clients: ["c"], bundleIds: ["com.contoso.app"] });
});
afterAll(() => folder.remove());

const env = (more: Readonly<Record<string, string>> = {}) => ({
  TablesConnection: azurite.connectionString,
  DATA_KEYS: `${firstKey.id}:${Buffer.from(firstKey.key).toString("base64")}`,
  VAPID_PUBLIC_KEY: vapidPublicKey,
  ...more,
});
const here = () =>
  subscriptionsUnderTest([firstKey], { clock: systemClock, vapidKeys: { current: vapidKeyIdOf(vapidPublicKey) } });

/** Somebody, by their name in the dump and by the file that says who that is. */
const newPerson = async () => {
  const user = { ...newUser(), principalName: "ada.lovelace@contoso.com" };
  const theirs = `member-${crypto.randomUUID()}`;
  const { tenantId, objectId, principalName } = user;
  const text = `user,tenantId,objectId,upn\n${theirs},${tenantId.toUpperCase()},${objectId},${principalName}\n`;
  return { user, theirs, feed: feedKeyOf(user, hostName), users: await folder.write(`${theirs}.csv`, text) };
};

const webPush = (path: string, users: string) => [
  ...["import", "web-push", path, "--app", hostName, "--users", users, "--vapid-public-key", vapidPublicKey],
];
const newReport = (): string => folder.path(`${crypto.randomUUID()}.jsonl`);

test("the built program looks, imports and goes on; what it prints tells no secret and nobody's name, and its report is its owner's alone", async () => {
  const { user, theirs, feed, users } = await newPerson();
  const browsers = [newBrowser(), newBrowser()];
  const rows = browsers.map(({ endpoint, keys }, index) =>
    [`row-${String(index)}`, theirs, endpoint, keys.p256dh, keys.auth].join(","),
  );
  const wrong = ["row-2", "stranger@contoso.com", newBrowser().endpoint, "notapoint", "notasecret"];
  const path = await folder.write("dump.csv", ["id,user,endpoint,p256dh,auth", ...rows, wrong.join(",")].join("\n"));
  const report = newReport();
  const secrets = [
    ...browsers.flatMap(({ endpoint, keys }) => [endpoint, keys.auth, keys.p256dh]),
    user.objectId,
    user.tenantId,
    theirs,
    ...wrong.slice(1),
    user.principalName,
  ];

  const looked = await program([...webPush(path, users), "--dry-run"], env());
  expect(looked).toMatchObject({ code: 1, stderr: "1 of 3 entries would be refused.\n" });
  expect(looked.stdout).toContain("Devices: WebPush 2.\n2 can be imported. Nothing was written.");
  expect(looked.stdout).toMatch(
    /^1 +4 +its user is not in --users; channel\.keys\.p256dh must be an uncompressed P-256 public key/m,
  );
  expect(await here().of(feed)).toEqual([]);

  const done = await program([...webPush(path, users), "--report", report, "--json"], env());
  expect(done.code).toBe(1);
  expect(linesOf(done.stdout)).toMatchObject([
    { line: 4, outcome: "refused" },
    { imported: 2, new: 2, refused: 1, dryRun: false },
  ]);
  expect((await stat(report)).mode & 0o777).toBe(0o600);
  const [heading, ...told] = linesOf(await readFile(report, "utf8"));
  expect(heading).toMatchObject({
    import: "web-push",
    app: hostName,
    warning: expect.stringContaining("holds secrets") as unknown,
  });
  const imported = told
    .filter(({ outcome }) => outcome === "imported")
    .toSorted((a, b) => Number(a.line) - Number(b.line));
  expect(imported.map(({ id, user: whose }) => [id, whose])).toEqual([
    ["row-0", theirs],
    ["row-1", theirs],
  ]);
  const subscriptions = await here().of(feed);
  for (const [
    index,
    { userNotificationSubscriptionId: unsid, subscriptionId, expirationDateTime },
  ] of imported.entries()) {
    expect(await here().holderOf(String(unsid))).toEqual({ subscriptionId, hostName, ...user });
    const found = subscriptions.find(({ id }) => id === subscriptionId);
    expect(found).toMatchObject({
      channel: { kind: "webpush", ...browsers[index] },
      notificationType: "NotificationWithPayload",
      vapidKeyId: vapidKeyIdOf(vapidPublicKey),
    });
    expect(Date.parse(String(expirationDateTime)) - systemClock.now()).toBeGreaterThan(29.9 * milliseconds.day);
  }

  const again = await program([...webPush(path, users), "--report", report], env());
  expect(again.stdout).toContain("2 imported: 0 new, 0 renewed, 2 by an earlier run.");
  const unsids = imported.map(({ userNotificationSubscriptionId }) => String(userNotificationSubscriptionId));
  const anew = newReport();
  await command([...webPush(path, users), "--report", anew], { env: env() });
  for (const unsid of unsids) expect(await readFile(anew, "utf8")).toContain(unsid);
  for (const { stdout, stderr } of [looked, done, again]) {
    for (const secret of [...secrets, ...unsids]) expect(stdout + stderr).not.toContain(secret);
  }
  const { stdout: audit } = await command(["audit", "--json"], { env: env() });
  expect(linesOf(audit)).toContainEqual(
    expect.objectContaining({
      act: "import web-push",
      subject: `app ${hostName}`,
      counts: { imported: 2, refused: 1 },
    }),
  );
  for (const secret of [...secrets, ...unsids]) expect(audit).not.toContain(secret);
});

test("what a device has done here since is left alone: its channel, how it is told, and that its push service ended it", async () => {
  const { user, theirs, feed, users } = await newPerson();
  const [moved, quiet, gone] = [newBrowser(), newBrowser(), newBrowser()];
  const path = await folder.write(
    "since",
    jsonLines(
      [moved, quiet, gone].map((browser, index) => ({ ...browser, user: theirs, device: `d${String(index)}` })),
    ),
  );
  const args = [...webPush(path, users), "--device-column", "device"];
  const { subscribe, of, forgetChannel } = here();
  const inAWeek = systemClock.now() + 7 * milliseconds.day;
  const channel = { kind: "webpush", ...newBrowser() } as const;
  await subscribe(user, subscriptionDraftOf({ targetHostName: hostName, deviceId: "d0", channel }), inAWeek);
  await subscribe(
    user,
    subscriptionDraftOf({
      targetHostName: hostName,
      deviceId: "d1",
      channel: { kind: "webpush", ...quiet },
      notificationType: "NoNotification",
    }),
    inAWeek,
  );
  await subscribe(
    user,
    subscriptionDraftOf({ targetHostName: hostName, deviceId: "d2", channel: { kind: "webpush", ...gone } }),
    inAWeek,
  );
  await forgetChannel(
    feed,
    (await of(feed)).find(({ deviceId }) => deviceId === "d2")!,
  );

  const { stdout } = await command([...args, "--report", newReport()], { env: env() });
  expect(stdout).toMatch(/^1 +1 +the device has another channel here by now/m);
  expect(stdout).toMatch(/^1 +3 +its push service has told this server that the channel is gone$/m);
  const byName = async () => Object.fromEntries((await of(feed)).map((found) => [found.deviceId, found]));
  const kept = await byName();
  expect([kept.d0?.channel, kept.d2?.channel]).toEqual([channel, null]);
  expect(kept.d1).toMatchObject({ notificationType: "NoNotification", channel: { ...quiet } });
  expect(kept.d1!.expiresAt).toBeGreaterThan(inAWeek);

  await command([...args, "--report", newReport(), "--replace"], { env: env() });
  expect((await byName()).d0?.channel).toEqual({ kind: "webpush", ...moved });
});

test("a hub's export, templates and installations in it, is each device once, and an old word of its push service is believed", async () => {
  const { theirs, feed, users } = await newPerson();
  const tags = `news,$InstallationId:{phone},$UserId:{${theirs}}`;
  const lines = [
    registrationLine("Apple", { RegistrationId: "1", Tags: tags, DeviceToken: "AB".repeat(32) }),
    registrationLine("AppleTemplate", {
      RegistrationId: "2",
      Tags: tags,
      DeviceToken: "AB".repeat(32),
      BodyTemplate: "{}",
    }),
    registrationLine("FcmV1", { RegistrationId: "3", Tags: `$UserId:{${theirs}}`, FcmV1RegistrationId: "f:APA91" }),
    registrationLine("Windows", {
      RegistrationId: "4",
      Tags: `$UserId:{${theirs}}`,
      ChannelUri: "https://db5p.notify.windows.com/?token=A",
    }),
    registrationLine("Windows", {
      RegistrationId: "5",
      Tags: `$UserId:{${theirs}}`,
      ChannelUri: "https://evil.example/?token=A",
    }),
    registrationLine("Mpns", { RegistrationId: "6", Tags: `$UserId:{${theirs}}`, ChannelUri: "http://x" }),
  ];
  const path = await folder.write("Output.txt", lines.join("\r\n"));
  const app = [
    "--bundle-id",
    "com.contoso.app",
    "--apns-environment",
    "production",
    "--package-name",
    "com.contoso.app",
  ];
  const args = ["import", "notification-hubs", path, "--app", hostName, "--users", users, ...app];
  const { code, stdout } = await command([...args, "--report", newReport()], { env: env() });
  expect(code).toBe(1);
  expect(stdout).toContain("Fanfare does not push to Windows Phone (MPNS)");
  expect(stdout).toContain("channel.uri must be at a push service this server knows");
  const found = (await here().of(feed)).toSorted((a, b) => a.platformType.localeCompare(b.platformType));
  expect(found).toMatchObject([
    { platformType: "Android", channel: { kind: "fcm", token: "f:APA91" }, registeredAt: 0 },
    {
      platformType: "iOS",
      deviceId: "phone",
      channel: { kind: "apns", token: "ab".repeat(32), environment: "production" },
    },
    { platformType: "Windows", channel: { kind: "wns" } },
  ]);
});

test("browsers of a VAPID key that nobody here has are not taken, and what is to be done is said; a dry run looks on", async () => {
  const { theirs, users } = await newPerson();
  const path = await folder.write("vapid", jsonLines([{ ...newBrowser(), user: theirs }]));
  const args = webPush(path, users).with(-1, newPublicKey());
  const refused = await command([...args, "--report", newReport()], { env: env() });
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toContain(
    "Give the service that pair as VAPID_PREVIOUS_PUBLIC_KEY and VAPID_PREVIOUS_PRIVATE_KEY",
  );
  const looked = await command([...args, "--dry-run"], { env: env() });
  expect(looked).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("1 can be imported") as unknown,
    stderr: refused.stderr,
  });
  const previous = env({ VAPID_PUBLIC_KEY: newPublicKey(), VAPID_PREVIOUS_PUBLIC_KEY: vapidPublicKey });
  expect(await command([...webPush(path, users), "--dry-run"], { env: previous })).toMatchObject({
    code: 0,
    stderr: "",
  });
});

test.each<[string, number, Readonly<Record<string, string>>, (args: string[]) => string[], string]>([
  [
    "keys of another server",
    1,
    { DATA_KEYS: `k1:${Buffer.alloc(32).toString("base64")}` },
    (args) => args,
    "DATA_KEYS is not the service's",
  ],
  ["no keys", 1, { DATA_KEYS: "" }, (args) => args, "DATA_KEYS is not set"],
  ["keys that are none", 1, { DATA_KEYS: "hunter2" }, (args) => args, "DATA_KEYS is not what the service takes"],
  [
    "an app nobody registered",
    2,
    {},
    (args) => args.with(4, "nobody.contoso.com"),
    "No app is registered as nobody.contoso.com",
  ],
  ["no word on who users are", 64, {}, (args) => args.toSpliced(5, 2), "--users or --user-is-object-id, one of them"],
  ["neither a look nor a report", 64, {}, (args) => args.slice(0, -2), "Give --dry-run to look, or --report to import"],
  ["a key that is none", 64, {}, (args) => args.with(8, "AAAA"), "It is an uncompressed P-256 public key"],
  ["a file that is not there", 64, {}, (args) => args.with(2, "/nowhere"), "/nowhere cannot be read."],
  [
    "a report that is something else",
    64,
    {},
    (args) => args.with(-1, args[2]!),
    "is there and is no report of this import",
  ],
])("with %s nothing is begun: %i", async (_, code, more, change, sentence) => {
  const { theirs, users, feed } = await newPerson();
  const path = await folder.write("nothing", jsonLines([{ ...newBrowser(), user: theirs }]));
  const args = change([...webPush(path, users), "--report", newReport()]);
  const told = await command(args, { env: env(more) });
  expect(told.code, told.stderr).toBe(code);
  expect(told.stderr).toContain(sentence);
  expect(told.stderr).not.toContain("hunter2");
  expect(await here().of(feed)).toEqual([]);
});
