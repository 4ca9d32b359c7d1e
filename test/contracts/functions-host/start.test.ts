import { createServer } from "node:net";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fixtureApp, refusalOf, type Fixture, type FixtureApp } from "./host-under-test.ts";

let timers: FixtureApp;
beforeAll(async () => {
  timers = await fixtureApp("timers");
});
afterAll(() => timers.remove());

/** Starts a fixture that must not start, and gives what was said. */
const refused = async (name: Fixture, env: Record<string, string> = {}): Promise<string> => {
  const app = await fixtureApp(name);
  return refusalOf(app, env).finally(() => app.remove());
};

test("everything the host does not do is refused at start, all at once, by function and binding", async () => {
  const told = await refused("refused", { Bus: "Endpoint=sb://x" });
  expect(told).toContain("exit code 64");
  const sentences = [
    'batch: cardinality "many"',
    "sessions: sessions are",
    /sdk-binding: \w+ asks for SDK bindings/,
    "setting: the setting NOT_SET",
    /out: binding \w+ \(queue, out\)/,
    "topic: topics are",
    "retried: retry policies",
    'schedule: the schedule "0 0 12 \\? \\* MON#1" is neither',
    "queue: trigger queueTrigger is not imitated",
    'keys: authLevel "function"',
    'constraint: route "items/{id:int}"',
    'reserved: route "admin/items"',
  ];
  for (const sentence of sentences)
    expect(told).toMatch(new RegExp(`Function ${typeof sentence === "string" ? sentence : sentence.source}`));
});

test("an app that finds its configuration at fault says so in its own words, and is not to be restarted", async () => {
  const told = await refused("config-error");
  expect(told).toMatch(/exit code 64.*\nPUBLIC_URL is missing\.\nTOKEN_ISSUERS is not a list\.\n$/s);
});

test("an app that throws is told by its message and place, without the host's stack, and ends with 1", async () => {
  const told = await refused("throws");
  expect(told).toContain("exit code 1)");
  expect(told).toContain("the entry point is broken\n");
  expect(told).not.toContain("load-app");
});

test.each([
  ["{", /host\.json is not JSON/],
  [
    { version: "2.0", extensions: { serviceBus: { maxConcurrentCalls: 0 } } },
    /extensions\.serviceBus\.maxConcurrentCalls/,
  ],
  [{ version: "2.0", extensions: { serviceBus: { maxAutoLockRenewalDuration: "5" } } }, /expected hh:mm:ss/],
  [{}, /version/],
])("a malformed host.json is refused by what is wrong in it: %j", async (hostJson, told) => {
  await writeFile(join(timers.folder, "host.json"), typeof hostJson === "string" ? hostJson : JSON.stringify(hostJson));
  const said = await refusalOf(timers);
  expect(said).toContain("exit code 64");
  expect(said).toMatch(told);
});

test("settings of host.json that mean nothing here pass without a word", async () => {
  const app = await fixtureApp("messages", {
    version: "2.0",
    logging: {},
    functionTimeout: "00:05:00",
    extensions: { cosmos: 1 },
  });
  const host = await app.start();
  expect(host.output()).toMatch(
    /^the app starts\nFunctions host ready on http:\/\/127\.0\.0\.1:\d+ \(functions: seen, nothing, throws\)\n$/,
  );
  await host.kill();
  await app.remove();
});

test("a busy port is named with its setting", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const told = await refused("messages", { FANFARE_HTTP_PORT: String(port) });
  expect(told).toMatch(new RegExp(`exit code 64.*port ${port} is in use\\. Set FANFARE_HTTP_PORT`, "s"));
  server.close();
});

test("a trigger without its connection is refused by the setting's name, a bad one without its value", async () => {
  const app = await fixtureApp("bus");
  expect(await refusalOf(app, { QUEUE: "q" })).toMatch(
    /exit code 64.*Function deliver: neither Bus nor Bus__fullyQualifiedNamespace/s,
  );
  const told = await refusalOf(app, { QUEUE: "q", Bus: "SharedAccessKey=s3cr3t" });
  expect(told).toContain("Function deliver: the setting Bus is not a Service Bus connection string.");
  expect(told).not.toContain("s3cr3t");
  await app.remove();
});

test("a folder without a built app is refused by what is missing", async () => {
  const app = await fixtureApp("messages");
  await rm(join(app.folder, "main.cjs"));
  expect(await refusalOf(app)).toMatch(/exit code 64.*The app is not built: .*main\.cjs/s);
  await app.remove();
});
