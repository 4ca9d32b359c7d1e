import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ports } from "../../../infra/local/settings.ts";
import { openTables } from "../../../shared/storage/azure.table.ts";
import { startProgram, type Program } from "../../support/program.ts";
import { until } from "../../support/until.ts";
import { isAlive, untilGone } from "./fake-parts.ts";

// The tests of this file are one story about one data directory, told in order.
let folder: string;
let dataDir: string;
let running: Program | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfare-start-"));
  dataDir = join(folder, ".local");
  await mkdir(join(folder, "tmp"));
});
afterAll(async () => {
  await running?.stop();
  await rm(folder, { recursive: true });
});

const anyPort = Object.fromEntries(Object.values(ports).map(({ setting }) => [setting, "0"]));
const program = (args: string[], env = {}) =>
  startProgram({
    name: "start",
    args,
    cwd: folder,
    env: { ...anyPort, TMPDIR: join(folder, "tmp"), ...env },
    readyLine: /^Ready/,
    within: 20_000,
  });
const start = async (...flags: string[]): Promise<Program> =>
  (running = await program(["--without-functions-host", ...flags]));

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the file is looked at as its readers do
const read = async (name: string): Promise<any> => JSON.parse(await readFile(join(dataDir, name), "utf8"));
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
type RunningPart = { name: string; pid: number; ports: number[] };
const partsNow = async (): Promise<RunningPart[]> => (await read("parts.json")) as RunningPart[];
const tokenOf = async () => {
  const { tokenUrl, apps, users } = await read("stack.json");
  const { clientId: client_id, clientSecret: client_secret } = apps[0];
  const form = {
    grant_type: "password",
    client_id,
    client_secret,
    username: users[0].upn,
    password: users[0].password,
  };
  return (await fetch(String(tokenUrl), { method: "POST", body: new URLSearchParams(form) })).status;
};

let firstStack: unknown;

test("when it says Ready, stack.json tells what is needed, to its owner only, and it is so", async () => {
  await start();
  const stack = (firstStack = await read("stack.json"));
  expect(await modeOf(join(dataDir, "stack.json"))).toBe("600");
  expect(stack).toMatchObject({
    httpUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    tokenUrl: `${String(stack.issuer)}/oauth2/v2.0/token`,
    audience: "api://fanfare",
    apps: [
      { hostName: "graphnotifications.sample.windows.com" },
      { hostName: "other.contoso.com" },
      { hostName: "blocked.contoso.com", blocked: true },
    ],
    users: [{ upn: "graphnotify@contoso.com", password: expect.any(String) }],
    webpush: { ca: expect.stringContaining("BEGIN CERTIFICATE") },
    serviceBus: { adminUrl: expect.stringMatching(/^http:/), connectionString: expect.stringMatching(/^Endpoint=sb:/) },
  });
  expect(await tokenOf()).toBe(200);
  const { apps } = openTables({ kind: "connection-string", connectionString: stack.tables.connectionString });
  for (const { hostName } of stack.apps) expect(await apps.find(String(hostName), "app")).toBeDefined();
});

test("what it prints names no secret", async () => {
  const { apps, users, tables } = await read("stack.json");
  const secrets = [
    apps[0].clientSecret,
    users[0].password,
    /AccountKey=([^;]+)/.exec(String(tables.connectionString))![1],
  ];
  for (const secret of secrets) expect(running!.output()).not.toContain(secret);
});

test("without the functions host, local.settings.json lets func start run the app, and keeps what else is in it", async () => {
  const path = join(folder, "local.settings.json");
  const settings = JSON.parse(await readFile(path, "utf8"));
  expect(await modeOf(path)).toBe("600");
  const stack = await read("stack.json");
  expect(settings).toMatchObject({
    IsEncrypted: false,
    Values: {
      FUNCTIONS_WORKER_RUNTIME: "node",
      AzureWebJobsStorage: expect.stringContaining("BlobEndpoint=http://127.0.0.1:"),
      AZURE_FUNCTIONS_ENVIRONMENT: "Development",
      PUBLIC_URL: stack.httpUrl,
      ServiceBusConnection: stack.serviceBus.connectionString,
      TablesConnection: stack.tables.connectionString,
      TOKEN_ISSUERS: stack.issuer,
      TOKEN_AUDIENCES: stack.audience,
      PUSH_EXTRA_CA: [stack.webpush, stack.apns, stack.fcm, stack.wns].map(({ ca }) => String(ca)).join(""),
    },
    Host: { LocalHttpPort: Number(new URL(String(stack.httpUrl)).port) },
  });
  settings.Values.MINE = "kept";
  await writeFile(path, JSON.stringify(settings));
});

test("a second start on the same data directory says who has it, and disturbs nothing", async () => {
  await expect(program([])).rejects.toThrow(`Fanfare already runs on ${dataDir} (process ${running!.pid})`);
  expect(await tokenOf()).toBe(200);
});

test("a part killed from outside is back on its port, and parts.json knows its new process", async () => {
  const before = (await partsNow()).find(({ name }) => name === "identity")!;
  process.kill(before.pid, "SIGKILL");
  const after = await until(
    async () => (await partsNow()).find(({ name, pid }) => name === "identity" && pid !== before.pid),
    { what: "another identity" },
  );
  expect(after.ports).toEqual(before.ports);
  await until(async () => (await tokenOf()) === 200, { what: "a token" });
});

test("when the supervisor is killed, no part outlives it", async () => {
  const parts = await partsNow();
  expect(parts.map(({ name }) => name).sort()).toEqual([
    "blobs",
    "identity",
    "native-push",
    "service-bus",
    "tables",
    "webpush",
  ]);
  await running!.kill();
  await Promise.all(parts.map(({ pid }) => untilGone(pid)));
});

test("the next start has the same ports, keys and passwords; SIGTERM ends all of it with exit code 0", async () => {
  const stopped = await start();
  expect(await read("stack.json")).toEqual(firstStack);
  const settings = JSON.parse(await readFile(join(folder, "local.settings.json"), "utf8"));
  expect(settings.Values.MINE).toBe("kept");
  const parts = await partsNow();
  expect(await stopped.stop()).toEqual({ code: 0, signal: null });
  expect(parts.filter(({ pid }) => isAlive(pid))).toEqual([]);
  expect(await readdir(dataDir)).not.toEqual(expect.arrayContaining(["stack.json"]));
});

test("--ephemeral has other keys and leaves nothing behind", async () => {
  const before = await readFile(join(dataDir, "secrets.json"), "utf8");
  const stopped = await start("--ephemeral");
  expect((await read("stack.json")).users).not.toEqual((firstStack as { users: unknown }).users);
  expect(await stopped.stop()).toEqual({ code: 0, signal: null });
  expect(await readdir(join(folder, "tmp"))).toEqual([]);
  expect(await readFile(join(dataDir, "secrets.json"), "utf8")).toBe(before);
  expect(await readdir(dataDir)).not.toEqual(expect.arrayContaining(["stack.json"]));
});

test("a busy port is told before anything is started", async () => {
  await expect(program([], { FANFARE_TABLES_PORT: "31998", FANFARE_IDENTITY_PORT: "31998" })).rejects.toThrow(
    "start ended (exit code 64) before it was ready. It said:\nidentity: port 31998 is set for tables too",
  );
});

test.each([
  { args: ["--fast"], says: "--fast is not known here. npm start -- --help tells what is." },
  { args: ["quickly"], says: "quickly is not known here. npm start -- --help tells what is." },
])("$args is refused in a sentence", async ({ args, says }) => {
  await expect(program(args)).rejects.toThrow(`start ended (exit code 64) before it was ready. It said:\n${says}`);
});

test("--help tells the flags and starts nothing", async () => {
  await expect(program(["--help"])).rejects.toThrow(/exit code 0[^]*--ephemeral[^]*--without-functions-host/);
});

test("a Node that is too old is told so, and that is all it is asked to read", async () => {
  await mkdir(join(folder, "infra"));
  await copyFile("infra/start.mjs", join(folder, "infra/start.mjs"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ engines: { node: ">=99.3" } }));
  await expect(startProgram({ name: "npm start", file: join(folder, "infra/start.mjs") })).rejects.toThrow(
    `npm start ended (exit code 64) before it was ready. It said:\nFanfare needs Node 99.3 or newer; this is ${process.version}.`,
  );
});
