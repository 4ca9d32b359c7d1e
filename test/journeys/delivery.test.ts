import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startCollector, type Collector, type ToldSpan } from "../support/collector.ts";
import { secretsFinder, secretsTold } from "../support/secrets-told.ts";
import { rawContentOf } from "../support/stack-client.ts";
import { startStack, type LocalStack } from "../support/stack.ts";
import { until } from "../support/until.ts";

let stack: LocalStack;
let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
  stack = await startStack({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint } });
});
afterAll(async () => {
  await stack.stop();
  await collector.stop();
});
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(stack.output())));

/** The notification that README's curl posts. */
const notificationOfReadme = async (): Promise<Record<string, unknown>> => {
  const [, json = ""] = /-d '(\{.*\})'/.exec(await readFile("README.md", "utf8")) ?? [];
  return JSON.parse(json) as Record<string, unknown>;
};

test("README's notification is answered with seven members, and within two seconds the virtual browser shows it, decrypted", async () => {
  const [browser] = stack.stack.devices;
  const notification = await notificationOfReadme();
  const to = { unsid: browser!.unsid, headers: { "client-request-id": "journey-1" } };
  const answer = await stack.post(notification, to);
  const isContent = ({ device, content }: { device: string | null; content: string | null }): boolean =>
    device === browser!.name && rawContentOf(content) === "Hello from your own server";
  const received = await stack.push.waitFor(isContent, { within: 2_000 });

  expect(answer.status).toBe(201);
  const { id, expirationDateTime, displayTimeToLive } = answer.json;
  const base = `${stack.stack.httpUrl}/beta`;
  expect(answer.text).toBe(
    JSON.stringify({
      "@odata.context": `${base}/$metadata#users('graphnotify%40contoso.com')/notifications/$entity`,
      displayTimeToLive,
      expirationDateTime,
      groupName: null,
      id,
      priority: "High",
      payload: { visualContent: { title: "Hello", body: "from your own server" } },
    }),
  );
  expect(id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  expect(expirationDateTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?Z$/);
  const sevenDays = 7 * 24 * 3600;
  expect([sevenDays, sevenDays - 1, sevenDays - 2]).toContain(displayTimeToLive);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "application/json;odata.metadata=minimal;charset=utf-8",
    location: `${base}/me/activities/${String(id)}`,
    "odata-version": "4.0",
    "request-id": expect.stringMatching(/^[\da-f-]{36}$/) as unknown,
    "client-request-id": "journey-1",
    "strict-transport-security": expect.stringContaining("max-age=") as unknown,
    "cache-control": "private",
  });
  expect(received).toMatchObject({ status: 201, headers: { urgency: "high" } });
  await until(() => /webpush +│ .* Browser WebPush Hello from your own server/.test(stack.output()), {
    what: "the push is printed",
  });

  const again = await stack.post({ ...notification, payload: { rawContent: "Hello again" } }, to);
  expect(again).toMatchObject({ status: 200, json: { id } });
  await stack.shows(received as { deviceId: string }, ["Hello again"], 2_000);
});

test("both devices of a user get a notification; another user's and another app's devices do not", async () => {
  const otherApp = stack.stack.apps.find(({ hostName }) => hostName === "other.contoso.com");
  const [phone, laptop, strangers, otherApps] = await Promise.all([
    stack.device("ada@contoso.com"),
    stack.device("ada@contoso.com"),
    stack.device("grace@contoso.com"),
    stack.device("ada@contoso.com", otherApp),
  ]);
  await stack.send("for Ada", phone);
  await Promise.all([phone, laptop].map((device) => stack.shows(device, ["for Ada"])));

  // What comes later shows that nothing came before.
  await stack.send("for Grace", strangers);
  await stack.post({ payload: { rawContent: "of another app" } }, { app: otherApp!, unsid: otherApps.unsid });
  await Promise.all([stack.shows(strangers, ["for Grace"]), stack.shows(otherApps, ["of another app"])]);
  const attempts = await Promise.all([phone, laptop, strangers, otherApps].map(stack.attemptsAt));
  expect(attempts).toEqual([[201], [201], [201], [201]]);
});

test("a signed-in user posts to their own devices without a UNSID", async () => {
  const device = await stack.device("hedy@contoso.com");
  const answer = await stack.post({ payload: { rawContent: "note to self" } }, { user: "hedy@contoso.com" });
  expect(answer.status).toBe(201);
  expect(answer.json["@odata.context"]).toContain("users('hedy%40contoso.com')");
  await stack.shows(device, ["note to self"]);
});

test("a push service that is busy for five seconds delays notifications and loses none", async () => {
  const device = await stack.device("katherine@contoso.com");
  await stack.push.addFault({ device: device.deviceId, status: 503 });
  const sent = await Promise.all(["one", "two", "three"].map((content) => stack.send(content, device)));
  const refused = async () => (await stack.push.received()).filter(({ deviceId }) => deviceId === device.deviceId);
  const secondsOfRefusal = async (): Promise<number> => {
    const times = (await refused()).map(({ at }) => Date.parse(at) / 1_000);
    return Math.max(...times) - Math.min(...times);
  };
  await until(async () => (await secondsOfRefusal()) >= 5, { within: 12_000, what: "five seconds of refusals" });
  expect(await stack.shown(device)).toEqual([]);
  await stack.push.clearFaults();
  await stack.shows(device, sent);
  expect((await stack.attemptsAt(device)).filter((status) => status === 201)).toHaveLength(sent.length);
});

test("a channel that is gone is tried no more, while its UNSID still names the user", async () => {
  const [leaver, stayer] = await Promise.all([stack.device("mary@contoso.com"), stack.device("mary@contoso.com")]);
  await stack.push.removeDevice(leaver.deviceId);
  await stack.send("first", leaver);
  await stack.push.waitFor(({ deviceId }) => deviceId === leaver.deviceId);
  await stack.shows(stayer, ["first"]);
  await until(() => /1 delivered, 1 gone|1 gone, 1 delivered/.test(stack.output()), { what: "the channel is dropped" });

  await stack.send("second", leaver);
  await stack.shows(stayer, ["first", "second"]);
  expect(await stack.attemptsAt(leaver)).toEqual([410]);
});

test("in all that it printed there is no secret", async () => {
  expect(stack.output()).toContain("delivered");
  expect(await secretsTold(stack)).toEqual([]);
});

test("in the end its telemetry has shown each notification as one tree, from the POST to the last retry, and told no secret, person or content", async () => {
  const find = await secretsFinder(stack);
  await stack.stop(); // which sends what is left
  const spans = collector.spans();
  const parentOf = ({ traceId, parentSpanId }: ToldSpan): ToldSpan | undefined =>
    spans.find((one) => one.spanId === parentSpanId && one.traceId === traceId);
  expect(spans.filter((span) => span.parentSpanId !== undefined && !parentOf(span))).toEqual([]);
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  expect(roots).toHaveLength(new Set(spans.map(({ traceId }) => traceId)).size);
  const wayTo = (span: ToldSpan | undefined): string[] => (span ? [...wayTo(parentOf(span)), span.name] : []);
  const chains = spans.flatMap((span) => (span.name.startsWith("push ") ? [wayTo(span)] : []));
  const direct = ["POST /me/notifications", "send fanout", "process fanout", "push webpush"];
  expect(chains).toContainEqual(direct);
  const again = ["send fanout", "process fanout"];
  expect(chains).toContainEqual([...direct.slice(0, 3), ...again, "push webpush"]); // of the service that was busy

  const told = collector.text();
  expect(find(told)).toEqual([]);
  const words = ["contoso.com", "graphnotify", "for Ada", "note to self", "from your own server"];
  expect(words.filter((word) => told.includes(word))).toEqual([]);
  expect(collector.points()).toContainEqual(
    expect.objectContaining({ metric: "fanfare.accepted", attributes: { kind: "new" } }),
  );
});
