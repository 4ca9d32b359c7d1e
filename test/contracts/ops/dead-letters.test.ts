import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { connectionString } from "../../../infra/local/service-bus/connection-string.ts";
import { fanoutQueue } from "../../../shared/fanout/fanout.ts";
import { closedPort } from "../../support/closed-port.ts";
import { startFanoutBus, type FanoutBus } from "../../support/fanout-bus.ts";
import { inspectorOf, type Inspector } from "../../support/service-bus/inspect.ts";
import { jobOf, sentJob, undertaker } from "../dead-letters/bus-under-test.ts";
import { startTablesUnderTest, type TablesUnderTest } from "../../support/tables.ts";
import { command, linesOf, program } from "./operator.ts";

let broker: FanoutBus;
let tables: TablesUnderTest;
let inspector: Inspector;
let undertakes: ReturnType<typeof undertaker>;
/** A data directory whose stack.json names the bus and the tables, as that of a running stack does. */
let dataDir: string;
let env: { readonly FANFARE_DATA_DIR: string };
beforeAll(async () => {
  [broker, tables] = await Promise.all([startFanoutBus(), startTablesUnderTest()]);
  inspector = inspectorOf(broker.connectionString);
  undertakes = undertaker(broker.connectionString);
  dataDir = await mkdtemp(join(tmpdir(), "fanfare-ops-"));
  env = { FANFARE_DATA_DIR: dataDir };
  const of = ({ connectionString }: FanoutBus | TablesUnderTest) => ({ connectionString });
  await writeFile(join(dataDir, "stack.json"), JSON.stringify({ serviceBus: of(broker), tables: of(tables) }));
});
afterEach(() => inspector.empty(fanoutQueue));
afterAll(async () => {
  await Promise.all([inspector.close(), undertakes.close()]);
  await Promise.all([broker.stop(), tables.stop(), rm(dataDir, { recursive: true })]);
});

const place = () => `the local stack in ${dataDir}`;
const waiting = () => inspector.contents(fanoutQueue);
const dead = () => inspector.contents(fanoutQueue, { subQueueType: "deadLetter" });

describe("the built program", () => {
  test("lists in JSON lines on stdout, and tells nothing else there", async () => {
    const job = jobOf({ version: 4 });
    const [sequence] = await undertakes.refused([sentJob(job)], { deadLetterReason: "why" });
    const { code, stdout, stderr } = await program(["dead-letters", "list", "--json"], env);
    expect(linesOf(stdout)).toMatchObject([
      { sequence, notificationId: job.id, kind: "content", version: 4, hop: 0, reason: "why", deliveryCount: 0 },
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test("says in a sentence that nothing runs, and how to start it", async () => {
    const { code, stdout, stderr } = await program(["dead-letters", "list"], { FANFARE_DATA_DIR: "/nowhere" });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^No Fanfare runs on \/nowhere\. Start one with npm start[^\n]+\n$/);
  });
});

test.each([
  { args: ["dead-letters", "replay"], told: "name dead letters by their numbers, or all with --all" },
  { args: ["dead-letters", "replay", "1", "--all"], told: "name dead letters by their numbers, or all with --all" },
  { args: ["dead-letters", "replay", "first"], told: "It is a number, as the list tells it." },
  { args: ["dead-letters", "list", "--limit", "0"], told: "It is a whole number above zero." },
  { args: ["dead-letters", "show"], told: "missing required argument 'sequence'" },
  { args: ["dead-letters", "discard", "1"], told: "To discard without a terminal to ask at, give --yes." },
  { args: [], told: "Usage: npm run ops" },
  { args: ["dead-leters"], told: "Did you mean dead-letters?" },
])("$args is wrong usage: 64, before anything is begun", async ({ args, told }) => {
  const ended = await command(args, { env: { FANFARE_DATA_DIR: "/nowhere" } });
  expect(ended).toMatchObject({ code: 64, stdout: "" });
  expect(ended.stderr).toContain(told);
});

test.each(["", "{", '{"tables":{}}', "Zm9vYmFyc2VjcmV0"])(
  "a damaged stack.json, %j, is told in a sentence that quotes nothing of it",
  async (text) => {
    const damaged = await mkdtemp(join(tmpdir(), "fanfare-ops-"));
    await writeFile(join(damaged, "stack.json"), text);
    const told = await command(["dead-letters", "list"], { env: { FANFARE_DATA_DIR: damaged } });
    await rm(damaged, { recursive: true });
    const stderr = `${join(damaged, "stack.json")} is damaged, or another version's: start that stack anew.\n`;
    expect(told).toEqual({ code: 1, stdout: "", stderr });
  },
);

test("--help explains each command and is no fault", async () => {
  for (const args of [["--help"], ["dead-letters", "--help"], ["dead-letters", "replay", "--help"]]) {
    const { code, stdout, stderr } = await command(args, { env: {} });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`Usage: npm run ops -- ${args.slice(0, -1).join(" ")}`.trim());
  }
});

test("for people there is a table, and all about one", async () => {
  const job = jobOf({ kind: "state" });
  const [one = "", other = ""] = await undertakes.refused([sentJob(job), { body: "hunter2", messageId: "odd" }]);
  const list = await command(["dead-letters", "list"], { env });
  expect(list.stdout.split("\n")).toEqual([
    expect.stringMatching(/^SEQUENCE +AGE +DELIVERIES +NOTIFICATION +ABOUT +REASON$/),
    expect.stringMatching(new RegExp(`^${one} +\\d+ s +0 +${job.id} +state v3 +refused$`)),
    expect.stringMatching(new RegExp(`^${other} +\\d+ s +0 +none +it is no job +refused$`)),
    "",
  ]);
  const short = await command(["dead-letters", "list", "--limit", "1"], { env });
  expect(short.stdout).not.toContain("it is no job");
  expect(short.stderr).toContain("more than 1");
  const shown = await command(["dead-letters", "show", other], { env });
  expect(shown.stdout).toMatch(/^unreadable +it is no job$/m);
  expect(shown.stdout).not.toContain("hunter2");
  expect(await command(["dead-letters", "show", "999999"], { env })).toEqual({
    code: 2,
    stdout: "",
    stderr: `There is no dead letter 999999 in ${place()}.\n`,
  });
});

test("replay sends the chosen again, tells each, and says what was not there", async () => {
  const job = jobOf();
  const [one = "", other = ""] = await undertakes.refused([sentJob(job), sentJob()]);
  const { code, stdout, stderr } = await command(["dead-letters", "replay", one, "999999", "--json"], { env });
  const messageId = `${job.id}:3:content:0`;
  expect(linesOf(stdout)).toEqual([
    { sequence: one, outcome: "replayed", messageId, replayedAs: `${messageId}:r${one}` },
    { sequence: "999999", outcome: "absent" },
  ]);
  expect(code).toBe(2);
  expect(stderr).toContain(`1 of 2 dead letters replayed, ${place()}, 20`);
  expect(stderr).toContain("There is no dead letter 999999");
  expect((await dead()).map(({ sequenceNumber }) => String(sequenceNumber))).toEqual([other]);
  expect(await waiting()).toHaveLength(1);
});

test("--all takes all that are there, once, and none is no fault", async () => {
  await undertakes.refused([sentJob(), sentJob(), sentJob()]);
  const { code, stdout } = await command(["dead-letters", "replay", "--all"], { env });
  expect(code).toBe(0);
  expect(stdout.match(/replayed as/g)).toHaveLength(3);
  expect(await command(["dead-letters", "replay", "--all"], { env })).toEqual({
    code: 0,
    stdout: "",
    stderr: `There are no dead letters in ${place()}.\n`,
  });
  expect(await waiting()).toHaveLength(3);
});

test("discard asks, says how many and where, and does nothing without a yes", async () => {
  const [sequence = ""] = await undertakes.refused([sentJob(), sentJob()]);
  const asked: string[] = [];
  const answer = (yes: boolean) => (question: string) => Promise.resolve(asked.push(question) > 0 && yes);
  const refused = await command(["dead-letters", "discard", "--all"], { env, ask: answer(false) });
  expect(refused).toEqual({ code: 1, stdout: "", stderr: "Nothing was discarded.\n" });
  expect(asked[0]).toContain(`Remove 2 dead letters of ${place()} for good?`);
  expect(await dead()).toHaveLength(2);
  const agreed = await command(["dead-letters", "discard", sequence], { env, ask: answer(true) });
  expect(agreed).toMatchObject({ code: 0, stdout: `${sequence} discarded\n` });
  expect(await command(["dead-letters", "discard", "--all", "--yes"], { env })).toMatchObject({ code: 0 });
  expect(asked).toHaveLength(2);
  expect(await dead()).toEqual([]);
  expect(await waiting()).toEqual([]);
});

test("Ctrl-C at the question is no, and ends with 130", async () => {
  await undertakes.refused([sentJob()]);
  const stop = new AbortController();
  const ask = (): Promise<boolean> => {
    stop.abort();
    return Promise.resolve(false);
  };
  const told = await command(["dead-letters", "discard", "--all"], { env, ask, stop: stop.signal });
  expect(told).toEqual({ code: 130, stdout: "", stderr: "Nothing was discarded.\n" });
  expect(await dead()).toHaveLength(1);
});

test("interrupted it ends with 130, and tells what is done", async () => {
  await undertakes.refused(Array.from({ length: 60 }, () => sentJob()));
  const stop = new AbortController();
  const ask = (): Promise<boolean> => {
    stop.abort();
    return Promise.resolve(true);
  };
  const { code, stdout, stderr } = await command(["dead-letters", "discard", "--all"], { env, ask, stop: stop.signal });
  expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
  expect(stderr).toContain("Interrupted: 0 of 60 dead letters discarded");
  expect(await dead()).toHaveLength(60);
});

test("what a stranger calls a message is told of a replay as the list tells it: without what could be a secret", async () => {
  const token = "hunter2".repeat(8);
  await undertakes.refused([{ body: "odd", messageId: `Bearer ${token}` }]);
  for (const verb of ["list", "replay"]) {
    const told = await command(["dead-letters", verb, ...(verb === "list" ? [] : ["--all"]), "--json"], { env });
    expect(told.code).toBe(0);
    expect(linesOf(told.stdout)).toMatchObject([{ messageId: "Bearer (hidden)" }]);
    expect(told.stdout).not.toContain("hunter2");
  }
});

test("what is replayed or discarded is in the audit, and without it nothing is", async () => {
  const [one = "", other = ""] = await undertakes.refused([sentJob(), sentJob()]);
  const blind = await command(["dead-letters", "discard", one, "--yes"], {
    env: { ServiceBusConnection: broker.connectionString },
  });
  expect(blind).toMatchObject({ code: 1, stdout: "" });
  expect(blind.stderr).toMatch(
    /^Nothing was done, for it could not be noted in the table audit first\. Neither Tables/,
  );
  expect(await dead()).toHaveLength(2);
  const told = await command(["dead-letters", "discard", one, other, "--yes"], { env });
  expect(told.stderr).toMatch(/^Audit: dead-letters discard of dead letters .+: done, 2 discarded\.$/m);
  const [entry] = linesOf((await command(["audit", "--limit", "1", "--json"], { env })).stdout);
  expect(entry).toMatchObject({
    act: "dead-letters discard",
    subject: `dead letters ${one}, ${other}`,
    by: "local",
    outcome: "done",
    counts: { discarded: 2 },
  });
});

test("settings of the app in the environment win over the local stack, and no key of theirs is ever told", async () => {
  const key = Buffer.alloc(32, 9).toString("base64");
  const away = connectionString(await closedPort(), key);
  const list = ["dead-letters", "list"];
  const told = await command(list, { env: { ...env, ServiceBusConnection: away } });
  expect(told).toMatchObject({ code: 1, stdout: "" });
  expect(told.stderr).toMatch(/^Service Bus is throttled or unreachable[^\n]*\n$/);
  const denied = await command(list, {
    env: { ServiceBusConnection: broker.connectionString.replace(/SharedAccessKey=[^;]+/, `SharedAccessKey=${key}`) },
  });
  expect(denied.stderr).toMatch(/^Service Bus denies access: [^\n]+\n$/);
  const malformed = await command(list, { env: { ServiceBusConnection: `SharedAccessKey=${key}` } });
  expect(malformed.stderr).toBe("ServiceBusConnection is not a connection string of that service.\n");
  const half = await command(list, { env: { ...env, TablesConnection: "UseDevelopmentStorage=true" } });
  expect(half.stderr).toContain(
    "Neither ServiceBusConnection nor ServiceBusConnection__fullyQualifiedNamespace is set",
  );
  for (const { stderr } of [told, denied, malformed, half]) expect(stderr).not.toContain(key);
});
