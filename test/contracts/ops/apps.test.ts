import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { putApp, tableAppRegistry } from "../../../shared/auth/app-registry.table.ts";
import { milliseconds, systemClock } from "../../../shared/clock.ts";
import { subscriptionDraftOf, newUser } from "../feed/samples.ts";
import { azurite, startTables, subscriptionsUnderTest } from "../feed/subscriptions-under-test.ts";
import { command, linesOf, program } from "./operator.ts";

startTables();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfare-apps-"));
});
afterAll(() => rm(folder, { recursive: true }));

let hostName: string;
beforeEach(() => {
  hostName = `${crypto.randomUUID()}.contoso.com`;
});

const env = () => ({ TablesConnection: azurite.connectionString });
const ops = (...args: string[]) => command(args, { env: env() });
const set = (...args: string[]) => ops("apps", "set", hostName, ...args, "--yes");
/** The app as the service finds it. */
const found = () => tableAppRegistry(azurite.tables.apps, systemClock, () => undefined).find(hostName);
const isBlocked = (caller: { clientId?: string; tenantId?: string }) =>
  tableAppRegistry(azurite.tables.apps, systemClock, () => undefined).isBlocked({
    clientId: "nobody",
    tenantId: "none",
    ...caller,
  });
const lastAct = async () => linesOf((await ops("audit", "--limit", "1", "--json")).stdout)[0];
const registered = () => putApp(azurite.tables.apps, { hostName, senders: ["s1"], clients: ["c1"] });

describe("set", () => {
  test("registers an app, tells what that means, and notes it in the audit", async () => {
    const told = await set("--sender", "s1", "--client", "c1", "--client", "c2", "--credential", "apns=contoso");
    expect(told).toMatchObject({ code: 0 });
    expect(told.stdout).toContain(`New app ${hostName} in fanfare`);
    expect(told.stdout).toContain("  clients + c1 + c2");
    expect(told.stdout).toContain("s1 may post to the app's users.");
    expect(told.stdout).toContain(
      "the setting APNS_CREDENTIAL_CONTOSO; whether the app has it cannot be seen from here.",
    );
    expect(told.stderr).toContain("It acts within a minute.");
    expect(await found()).toMatchObject({ senders: ["s1"], clients: ["c1", "c2"], credentials: { apns: "contoso" } });
    expect(await lastAct()).toMatchObject({
      act: "apps set",
      subject: `app ${hostName}`,
      details: "senders + s1; clients + c1 + c2; credentials + apns=contoso",
      outcome: "done",
    });
  });

  test("changes what is named and leaves the rest: added, taken away, emptied", async () => {
    await set("--sender", "s1", "--client", "c1", "--tenant", "t1", "--credential", "apns=a", "--credential", "fcm=f");
    const told = await set("--remove-sender", "s1", "--sender", "s2", "--clear-tenants", "--clear-credential", "apns");
    expect(told.stdout).toContain("  senders + s2 - s1\n");
    expect(told.stdout).toContain("Tokens of any tenant of a configured issuer are taken.");
    expect(await found()).toMatchObject({ senders: ["s2"], clients: ["c1"], tenants: [], credentials: { fcm: "f" } });
    await set("--bundle-id", "com.contoso.a", "--package-name", "com.contoso.b", "--tenant", "T");
    expect(await found()).toMatchObject({
      bundleIds: ["com.contoso.a"],
      packageNames: ["com.contoso.b"],
      tenants: ["T"],
    });
  });

  test("what is so already is not written, and not in the audit", async () => {
    await set("--sender", "s1");
    const before = await lastAct();
    expect(await set("--sender", "s1")).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringContaining("so already"),
    });
    expect(await lastAct()).toEqual(before);
  });

  test("--dry-run tells the same and writes nothing, --json in one document", async () => {
    const { code, stdout } = await ops("apps", "set", hostName, "--sender", "s1", "--dry-run", "--json");
    expect(code).toBe(0);
    expect(linesOf(stdout)).toEqual([
      {
        hostName,
        outcome: "would create",
        changes: [{ field: "senders", added: ["s1"], removed: [] }],
        app: expect.objectContaining({ hostName, senders: ["s1"], blocked: false }),
      },
    ]);
    expect(await found()).toBeUndefined();
  });

  test("show --json is what set --file takes; a file that leaves fields out leaves them as they are", async () => {
    await set("--sender", "s1", "--client", "c1", "--tenant", "t1", "--credential", "wns=w");
    const { stdout } = await ops("apps", "show", hostName, "--json");
    const file = join(folder, `${hostName}.json`);
    await writeFile(file, stdout);
    await azurite.tables.apps.write({ kind: "delete", partitionKey: hostName, rowKey: "app" });
    expect(await set("--file", file)).toMatchObject({ code: 0 });
    expect(linesOf((await ops("apps", "show", hostName, "--json")).stdout)).toEqual(linesOf(stdout));
    await writeFile(file, JSON.stringify({ senders: ["s9"] }));
    await set("--file", file);
    expect(await found()).toMatchObject({
      senders: ["s9"],
      clients: ["c1"],
      tenants: ["t1"],
      credentials: { wns: "w" },
    });
  });

  test("whether the app has a credential's setting is told where the environment has the app's settings", async () => {
    const args = ["apps", "set", hostName, "--credential", "apns=my-app", "--dry-run"];
    const known = { ...env(), DATA_KEYS: "secret-of-ours" };
    const missing = await command(args, { env: known });
    expect(missing.stdout).toContain("APNS_CREDENTIAL_MY_APP, WHICH IS NOT AMONG THE SETTINGS HERE");
    const there = await command(args, { env: { ...known, APNS_CREDENTIAL_My_App: '{"privateKey":"secret-of-ours"}' } });
    expect(there.stdout).toContain("APNS_CREDENTIAL_MY_APP, which is set here");
    for (const { stdout, stderr } of [missing, there]) expect(stdout + stderr).not.toContain("secret-of-ours");
  });

  test("of two operators neither overwrites the other: who comes second sees the difference anew", async () => {
    await registered();
    const seen: string[] = [];
    const ask = async (question: string): Promise<boolean> => {
      seen.push(question);
      if (seen.length === 1) await set("--sender", "theirs");
      return true;
    };
    const mine = ["apps", "set", hostName, "--sender", "mine"];
    const { code, stderr } = await command(mine, { env: env(), ask });
    expect({ code, asked: seen.length }).toEqual({ code: 0, asked: 2 });
    expect(stderr).toContain("Somebody else changed it meanwhile.");
    expect(await found()).toMatchObject({ senders: ["s1", "theirs", "mine"] });
    const acts = linesOf((await ops("audit", "--limit", "3", "--json")).stdout);
    expect(acts.map(({ outcome, fault }) => [outcome, fault])).toEqual([
      ["done", undefined],
      ["failed", "RowConflict"],
      ["done", undefined],
    ]);
  });

  test("two who register the same app at once: one makes it, the other adds to it", async () => {
    const both = await Promise.all([set("--sender", "a"), set("--sender", "b")]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect((await found())?.senders.toSorted()).toEqual(["a", "b"]);
  });

  test("no, Ctrl-C and a missing terminal leave everything as it is", async () => {
    const args = ["apps", "set", hostName, "--sender", "s1"];
    const no = await command(args, { env: env(), ask: () => Promise.resolve(false) });
    expect(no).toMatchObject({ code: 1, stderr: "Nothing was changed.\n" });
    const stop = new AbortController();
    const interrupted = () => {
      stop.abort();
      return Promise.resolve(false);
    };
    expect(await command(args, { env: env(), ask: interrupted, stop: stop.signal })).toMatchObject({ code: 130 });
    expect(await command(args, { env: env() })).toMatchObject({ code: 64, stdout: "" });
    expect(await found()).toBeUndefined();
  });
});

describe("what is wrong is told by its option, with the remedy, and nothing is written", () => {
  const eleven = Array.from({ length: 11 }, (_, index) => ["--client", `c${index}`]).flat();
  test.each([
    { args: [], told: "say what to set" },
    { args: ["--sender", ""], told: "It is an id of 1 to 256 characters." },
    {
      args: eleven,
      told: "--client: an app has 10 at most. Take one away with --remove-client, or all with --clear-clients.",
    },
    { args: ["--credential", "apns"], told: "never the credential" },
    { args: ["--credential", "webpush=x"], told: "Web Push has the VAPID keys" },
    { args: ["--clear-credential", "sms"], told: "It is apns, fcm or wns" },
    { args: ["--file", "/nowhere.json"], told: "/nowhere.json cannot be read." },
    { args: ["--file", "/nowhere.json", "--sender", "s1"], told: "say what to set" },
  ])("$args", async ({ args, told }) => {
    const ended = await set(...args);
    expect(ended).toMatchObject({ code: 64, stdout: "" });
    expect(ended.stderr).toContain(told);
    expect(await found()).toBeUndefined();
  });

  test.each([
    { file: "{", told: "is no JSON" },
    { file: '{"sender":["s1"]}', told: "There is no field sender in a registration." },
    { file: '{"senders":"s1"}', told: "senders: it is a list of texts." },
    { file: '{"clients":[""]}', told: "clients: each is a text of 1 to 256 characters." },
    {
      file: '{"credentials":{"sms":"x"}}',
      told: "credentials: for each of webpush, wns, apns or fcm the name of a credential.",
    },
    { file: '{"credentials":{"apns":"-----BEGIN KEY"}}', told: "never the credential" },
    { file: '{"blocked":"yes"}', told: "blocked: it is true or false." },
    { file: '{"hostName":"other.contoso.com"}', told: "The file is about other.contoso.com" },
    { file: "[]", told: "It is no registration" },
  ])("the file $file", async ({ file, told }) => {
    const path = join(folder, "wrong.json");
    await writeFile(path, file);
    const ended = await set("--file", path);
    expect(ended).toMatchObject({ code: 64, stdout: "" });
    expect(ended.stderr).toContain(told);
    expect(ended.stderr).not.toContain("BEGIN");
  });

  test("taking away what is not there, and a host name that is none", async () => {
    await registered();
    expect(await set("--remove-sender", "other")).toMatchObject({
      code: 2,
      stderr: `other is not among the senders of ${hostName}.\n`,
    });
    const wrong = await ops("apps", "set", "https://contoso.com/", "--sender", "s1", "--yes");
    expect(wrong).toMatchObject({ code: 64, stderr: expect.stringContaining("It is a DNS host name") });
    for (const args of [
      ["block", "client"],
      ["block", "a.contoso.com", "id"],
      ["block", "no host!"],
      ["unblock", "tenant", " "],
    ])
      expect(await ops("apps", ...args, "--yes"), args.join(" ")).toMatchObject({ code: 64, stdout: "" });
  });
});

describe("block and unblock", () => {
  test("an app's client ids, within a minute, as the service finds it", async () => {
    await registered();
    const told = await ops("apps", "block", hostName, "--yes");
    expect(told.stdout).toContain("Whoever calls as s1, c1 gets 403");
    expect(await isBlocked({ clientId: "c1" })).toBe(true);
    expect(await lastAct()).toMatchObject({ act: "apps block", subject: `app ${hostName}`, outcome: "done" });
    expect(await ops("apps", "block", hostName, "--yes")).toMatchObject({ code: 0, stdout: "" });
    expect(await ops("apps", "unblock", hostName, "--yes")).toMatchObject({ code: 0 });
    expect(await isBlocked({ clientId: "c1" })).toBe(false);
    expect(await ops("apps", "block", "nobody.contoso.com", "--yes")).toMatchObject({ code: 2 });
    expect(await ops("apps", "block", hostName)).toMatchObject({ code: 64 });
  });

  test.each(["client", "tenant"] as const)("a %s by its id, in any case, until it is taken off", async (kind) => {
    const id = crypto.randomUUID();
    const caller = { [`${kind}Id`]: id };
    const dry = await ops("apps", "block", kind, id, "--dry-run", "--json");
    expect(linesOf(dry.stdout)).toEqual([{ blocked: kind, id, outcome: "would block" }]);
    expect(await isBlocked(caller)).toBe(false);
    const told = await ops("apps", "block", kind, id.toUpperCase(), "--yes", "--json");
    expect(linesOf(told.stdout)).toEqual([{ blocked: kind, id, outcome: "blocked" }]);
    expect(await isBlocked(caller)).toBe(true);
    expect(await lastAct()).toMatchObject({ act: "apps block", subject: `${kind} ${id}` });
    expect(await ops("apps", "block", kind, id, "--yes")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("already"),
    });
    expect((await ops("apps", "list")).stdout).toMatch(new RegExp(`^${kind} +${id}$`, "m"));
    expect(await ops("apps", "unblock", kind, id, "--yes")).toMatchObject({ code: 0 });
    expect(await isBlocked(caller)).toBe(false);
    expect(await ops("apps", "unblock", kind, id, "--yes")).toMatchObject({ code: 2 });
  });

  test("a client id that is unblocked and stays blocked by its app is told so", async () => {
    await registered();
    const id = `${hostName}-client`;
    await set("--client", id);
    for (const what of [[hostName], ["client", id]]) await ops("apps", "block", ...what, "--yes");
    const { stderr } = await ops("apps", "unblock", "client", id, "--yes");
    expect(stderr).toContain(`But ${hostName} is blocked, and with it each of its client ids.`);
  });
});

test("an id with a line break, of a file or an older row, makes no line of its own where the change is told", async () => {
  const path = join(folder, "broken.json");
  await writeFile(path, JSON.stringify({ senders: ["one\n  clients + mallory"], clients: ["c1"] }));
  const told = await ops("apps", "set", hostName, "--file", path, "--dry-run");
  expect(told.stdout).toContain("  senders + one   clients + mallory\n");
  expect(told.stdout).not.toMatch(/^ {2}clients \+ mallory/m);
});

test("remove takes the registration and tells what it leaves: live subscriptions are counted when asked", async () => {
  await registered();
  const { subscribe } = subscriptionsUnderTest(undefined, { clock: systemClock });
  const user = newUser();
  const inADay = systemClock.now() + milliseconds.day;
  for (const [deviceId, expiresAt] of [
    ["a", inADay],
    ["b", inADay],
    ["ended", systemClock.now() - 1],
  ] as const)
    await subscribe(user, subscriptionDraftOf({ deviceId, targetHostName: hostName }), expiresAt);
  await subscribe(user, subscriptionDraftOf({ deviceId: "c" }), inADay);
  const dry = await ops("apps", "remove", hostName, "--count", "--dry-run", "--json");
  expect(linesOf(dry.stdout)).toEqual([{ hostName, outcome: "would remove", subscriptions: 2, users: 1 }]);
  expect(await found()).toBeDefined();
  expect(await ops("apps", "remove", hostName)).toMatchObject({ code: 64 });
  const told = await ops("apps", "remove", hostName, "--yes");
  expect(told).toMatchObject({ code: 0, stdout: "" });
  expect(told.stderr).toContain("feeds and subscriptions stay until they expire");
  expect(await found()).toBeUndefined();
  expect(await lastAct()).toMatchObject({ act: "apps remove", subject: `app ${hostName}`, outcome: "done" });
  expect(await ops("apps", "remove", hostName, "--yes")).toMatchObject({ code: 2 });
});

test("who changes an app while it is being removed is not overwritten", async () => {
  await registered();
  const ask = async (): Promise<boolean> => {
    await set("--sender", "theirs");
    return true;
  };
  const told = await command(["apps", "remove", hostName], { env: env(), ask });
  expect(told).toMatchObject({ code: 1, stderr: expect.stringContaining("Somebody else changed or removed") });
  expect(await found()).toMatchObject({ senders: ["s1", "theirs"] });
});

test("rows that cannot be read are named with what is wrong; set replaces one, remove removes one", async () => {
  const { apps } = azurite.tables;
  const broken = () =>
    apps.write({ kind: "put", row: { partitionKey: hostName, rowKey: "app", definition: '{"senders":[]}' } });
  const block = { partitionKey: "block-list", rowKey: "block_x", definition: "{" };
  await broken();
  await apps.write({ kind: "put", row: block });
  const told = await ops("apps", "list");
  expect(told.stderr).toContain(
    `The registration of ${hostName} cannot be read, so its callers get 403. clients: it is a list of texts.`,
  );
  expect(told.stderr).toContain("The entry block_x of the block list cannot be read, and blocks nobody");
  const lines = linesOf((await ops("apps", "list", "--json")).stdout);
  expect(lines.filter(({ kind }) => kind === "malformed")).toHaveLength(2);
  expect(await ops("apps", "show", hostName)).toMatchObject({ code: 1 });
  expect(await ops("apps", "block", hostName, "--yes")).toMatchObject({ code: 1 });
  expect(await set("--client", "c1")).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("replaced as a whole"),
  });
  expect(await found()).toMatchObject({ clients: ["c1"], senders: [] });
  await broken();
  expect(await ops("apps", "remove", hostName, "--yes")).toMatchObject({ code: 0 });
  await apps.write({ kind: "delete", ...block });
});

test("list and show tell each app; one that is not there is exit code 2", async () => {
  await set("--sender", "s1", "--client", "c1", "--tenant", "t1", "--credential", "apns=contoso");
  const list = await ops("apps", "list");
  expect(list.stdout).toMatch(/^APP +BLOCKED +SENDERS +CLIENTS +TENANTS +CREDENTIALS$/m);
  expect(list.stdout).toMatch(new RegExp(`^${hostName} +no +1 +1 +1 +apns=contoso$`, "m"));
  const lines = linesOf((await ops("apps", "list", "--json")).stdout);
  expect(lines.find((line) => line.hostName === hostName)).toMatchObject({
    kind: "app",
    senders: ["s1"],
    tenants: ["t1"],
  });
  expect((await ops("apps", "show", hostName)).stdout).toMatch(/^senders +s1$/m);
  expect(await ops("apps", "show", "nobody.contoso.com")).toMatchObject({ code: 2, stdout: "" });
});

test("the built program asks nobody where there is no terminal, and does it with --yes", async () => {
  const { code, stderr } = await program(["apps", "set", hostName, "--sender", "s1", "--yes", "--json"], env());
  expect(code, stderr).toBe(0);
  expect(await found()).toMatchObject({ senders: ["s1"] });
});
