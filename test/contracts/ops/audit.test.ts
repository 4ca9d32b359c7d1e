import { userInfo } from "node:os";
import { SignJWT } from "jose";
import { expect, test } from "vitest";
import { audited, type Act } from "../../../infra/ops/audit.ts";
import { tableAudit } from "../../../infra/ops/audit.table.ts";
import { outputTo } from "../../../infra/ops/output.ts";
import { whoOf, type Who } from "../../../infra/ops/who.http.ts";
import { milliseconds, systemClock } from "../../../shared/clock.ts";
import type { Table, Tables } from "../../../shared/storage/table.ts";
import { closedPort } from "../../support/closed-port.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { azurite, startTables } from "../feed/subscriptions-under-test.ts";
import { command, linesOf } from "./operator.ts";

startTables();

const alice: Who = { name: "alice@contoso.com", objectId: "0f0e", by: "azure" };
const act: Act = { act: "apps set", subject: { kind: "app", id: "graph.contoso.com" } };

/** One operator at an audit of the test's own, and what stood on their stderr. */
const operator = (audit: Table = memoryTable(), who: () => Promise<Who> = () => Promise.resolve(alice)) => {
  const stop = new AbortController();
  const stderr: string[] = [];
  const output = outputTo({ write: () => true }, { write: (text) => stderr.push(text) });
  const tables = { audit } as unknown as Tables; // no other is touched
  return { audit, stop, stderr, use: { tables: () => tables, who, output, stop: stop.signal } };
};

const entriesOf = async (audit: Table, since?: number) => {
  const entries = [];
  for await (const entry of tableAudit(audit).since(since)) entries.push(entry);
  return entries;
};

test("an act stands in the audit before it is done, unfinished, and with its end and its counts afterwards", async () => {
  const { audit, use, stderr } = operator();
  const result = await audited(use, act, async (count) => {
    const [begun, ...others] = await entriesOf(audit);
    expect(others).toEqual([]);
    expect(begun).toMatchObject({ ...act, subject: "app graph.contoso.com", who: alice, outcome: "unfinished" });
    count("changed");
    count("changed", 2);
    return "result";
  });
  expect(result).toBe("result");
  const [entry, ...others] = await entriesOf(audit);
  expect(others).toEqual([]);
  expect(entry).toMatchObject({ outcome: "done", counts: { changed: 3 }, who: alice });
  expect(entry?.endedAt).toBeGreaterThanOrEqual(entry?.begunAt ?? Infinity);
  expect(stderr).toEqual(["Audit: apps set of app graph.contoso.com by alice@contoso.com: done, 3 changed.\n"]);
});

test("one that fails is noted as failed, by the kind of failure and not its words, and fails as it did", async () => {
  const { audit, use } = operator();
  const failing = audited(use, act, () => Promise.reject(new RangeError("alice's secret")));
  await expect(failing).rejects.toThrow("alice's secret");
  expect(await entriesOf(audit)).toMatchObject([{ outcome: "failed", fault: "RangeError" }]);
  for await (const row of audit.all()) expect(JSON.stringify(row)).not.toContain("secret");
});

test.each(["it returns", "it throws"])(
  "one that is interrupted is noted so, with what was done until then, when %s",
  async (how) => {
    const { audit, use, stop } = operator();
    const work = (count: (what: string) => void): Promise<void> => {
      count("changed");
      stop.abort();
      return how === "it throws" ? Promise.reject(new Error("aborted")) : Promise.resolve();
    };
    await audited(use, act, (count) => work(count)).catch(() => undefined);
    expect(await entriesOf(audit)).toMatchObject([{ outcome: "interrupted", counts: { changed: 1 } }]);
  },
);

test("nothing is done that cannot be noted first: the audit is away, its table is missing, or nobody is signed in", async () => {
  let isDone = false;
  const work = () => {
    isDone = true;
    return Promise.resolve();
  };
  const away: Table = { ...memoryTable(), write: () => Promise.reject(new Error("away")) };
  const nobody = () => Promise.reject(new Error("no sign-in"));
  for (const { use } of [operator(away), operator(memoryTable(), nobody)])
    await expect(audited(use, act, work)).rejects.toThrow(/^Nothing was done, for it could not be noted/);
  expect(isDone).toBe(false);
});

test("an end that cannot be noted is told, and the act stays done", async () => {
  const table = memoryTable();
  let writes = 0;
  const { use, stderr } = operator({
    ...table,
    write: (change) => ((writes += 1) === 1 ? table.write(change) : Promise.reject(new Error("away"))),
  });
  expect(await audited(use, act, () => Promise.resolve("done"))).toBe("done");
  expect(stderr.join("")).toMatch(
    /^Warning: the table audit holds the beginning of this act, but not its end\. apps set/,
  );
  expect(await entriesOf(table)).toMatchObject([{ outcome: "unfinished" }]);
});

test("a person is never noted in clear, and the same person is the same each time", async () => {
  const { audit, use } = operator();
  const erase: Act = { act: "user erase", subject: { kind: "person", id: "tenant/bob" } };
  for (const _ of [1, 2]) await audited(use, erase, () => Promise.resolve());
  const subjects = new Set((await entriesOf(audit)).map(({ subject }) => subject));
  expect(subjects.size).toBe(1);
  expect([...subjects][0]).toMatch(/^person [\w-]{22}$/);
  for await (const row of audit.all()) expect(JSON.stringify(row)).not.toContain("bob");
});

test("rows are only ever added", async () => {
  const table = memoryTable();
  const kinds: string[] = [];
  const { use } = operator({
    ...table,
    write: (change) => table.write(change).then(() => void kinds.push(change.kind)),
  });
  await audited(use, act, () => Promise.resolve());
  expect(kinds).toEqual(["insert", "insert"]);
});

test("the act noted last is read first, each once, and none before the instant that is asked for", async () => {
  const now = systemClock.now();
  const entry = (id: string, begunAt: number, endedAt?: number) => ({
    id,
    act: "apps set",
    subject: "app d",
    who: alice,
    begunAt,
    endedAt,
    outcome: endedAt === undefined ? ("unfinished" as const) : ("done" as const),
    counts: {},
    details: undefined,
    fault: undefined,
  });
  const log = tableAudit(memoryTable());
  for (const one of [
    entry("old", now - 50_000, now - 50_000),
    entry("long", now - 60_000),
    entry("long", now - 60_000, now - 5_000),
    entry("hanging", now - 20_000),
    entry("new", now, now),
  ])
    await log.note(one);
  const ids = async (since?: number) => {
    const found = [];
    for await (const { id } of log.since(since)) found.push(id);
    return found;
  };
  expect(await ids()).toEqual(["new", "long", "hanging", "old"]);
  expect(await ids(now - 20_000)).toEqual(["new", "long", "hanging"]);
  expect(await ids(now + 1)).toEqual([]);
});

test("whoever signed in to Azure is told from the token: a person by name, an app by its client id; a key is anybody's", async () => {
  const signedIn = async (claims: Record<string, string>) => {
    const token = await new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(Buffer.alloc(32, 1));
    const credential = { getToken: () => Promise.resolve({ token, expiresOnTimestamp: 0 }) };
    return whoOf({ kind: "identity", endpoint: "https://x.table.core.windows.net", credential }, { isLocal: false });
  };
  expect(await signedIn({ upn: "alice@contoso.com", oid: "o1", appid: "az" })).toEqual({
    name: "alice@contoso.com",
    objectId: "o1",
    by: "azure",
  });
  expect(await signedIn({ oid: "o2", appid: "c2" })).toEqual({ name: "app c2", objectId: "o2", by: "azure" });
  expect(await signedIn({ oid: "o3" })).toMatchObject({ name: "o3" });
  const access = { kind: "connection-string", connectionString: "" } as const;
  expect(await whoOf(access, { isLocal: true })).toMatchObject({ name: userInfo().username, by: "local" });
  expect(await whoOf(access, { isLocal: false })).toMatchObject({ name: userInfo().username, by: "key" });
  const credential = { getToken: () => Promise.reject(new Error("secret")) };
  const refused = whoOf({ kind: "identity", endpoint: "", credential }, { isLocal: false });
  await expect(refused).rejects.toThrow("Azure is throttled or unreachable");
});

const here = () => ({ env: { TablesConnection: azurite.connectionString } });

test("npm run ops -- audit lists them from the table service, for people and as JSON lines, as far back as asked", async () => {
  expect(await command(["audit"], here())).toEqual({
    code: 0,
    stdout: "",
    stderr: `No act is noted in ${azurite.account}.\n`,
  });
  const { use } = operator(azurite.tables.audit);
  await audited(use, act, (count) => {
    count("changed");
    return Promise.resolve();
  });
  const long = systemClock.now() - 8 * milliseconds.day;
  await tableAudit(azurite.tables.audit).note({
    id: "killed",
    act: "apps remove",
    subject: "app other.contoso.com",
    who: { name: "bob", objectId: undefined, by: "key" },
    begunAt: long,
    endedAt: undefined,
    outcome: "unfinished",
    counts: {},
    details: undefined,
    fault: undefined,
  });
  const all = await command(["audit"], here());
  expect(all.stdout).toMatch(/^BEGAN +WHO +ACT +OF +OUTCOME$/m);
  expect(all.stdout).toMatch(/ alice@contoso\.com +apps set +app graph\.contoso\.com +done, 1 changed$/m);
  expect(all.stdout).toMatch(/ bob \(by key\) +apps remove +app other\.contoso\.com +unfinished$/m);
  const { code, stdout } = await command(["audit", "--since", "7d", "--json"], here());
  expect(code).toBe(0);
  expect(linesOf(stdout)).toEqual([
    {
      id: expect.any(String),
      act: "apps set",
      subject: "app graph.contoso.com",
      who: "alice@contoso.com",
      objectId: "0f0e",
      by: "azure",
      begunAt: expect.stringMatching(/Z$/),
      endedAt: expect.stringMatching(/Z$/),
      outcome: "done",
      counts: { changed: 1 },
    },
  ]);
  const one = await command(["audit", "--limit", "1"], here());
  expect(one.stderr).toBe("There are more than 1: --limit tells how many to show.\n");
});

test("what --since is not is told, and Ctrl-C ends the listing", async () => {
  const wrong = await command(["audit", "--since", "yesterday"], here());
  expect(wrong).toMatchObject({ code: 64, stdout: "" });
  expect(wrong.stderr).toContain("It is 90m, 24h or 7d");
  const { code } = await command(["audit"], { ...here(), stop: AbortSignal.abort() });
  expect(code).toBe(130);
  const away = { env: { TablesConnection: azurite.connectionStringAt(await closedPort()) } };
  expect(await command(["audit"], away)).toMatchObject({ code: 1, stdout: "" });
});
