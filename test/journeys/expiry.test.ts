import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { milliseconds } from "../../shared/clock.ts";
import { loadApp, type AppInProcess } from "../support/app-in-process.ts";
import { newChannel, startBackends, type Backends } from "../support/backends.ts";

let backends: Backends;
let app: AppInProcess;
beforeAll(async () => {
  backends = await startBackends();
  app = await loadApp(backends.settings({ SUBSCRIPTION_DAYS: "1" }));
});
afterAll(async () => {
  vi.useRealTimers();
  await app.close();
  await backends.stop();
});

/** The time for everybody in this process, the app included; its timers go on as they are. */
const travelTo = (time: number): void => void vi.useFakeTimers({ toFake: ["Date"], now: time });

const rowsLeft = async (): Promise<string> => {
  const { feeds, unsids, deliveries, expiries } = backends.tables.tables;
  const rows: string[] = [];
  for (const table of [feeds, unsids, deliveries, expiries])
    for await (const row of table.all()) rows.push(JSON.stringify(row));
  return rows.join("\n");
};

test("the app's own timer removes what a user was sent and subscribed, and a day later the last trace of the user", async () => {
  const postedAt = Date.now();
  const { sample } = backends.apps;
  const authorization = await backends.authorization(sample, "ada@contoso.com");
  const headers = { authorization, "content-type": "application/json" };
  const common = { targetHostName: sample.hostName };
  const subscription = { ...common, platformType: "WebPush", deviceId: "my laptop", channel: newChannel() };
  const subscribed = await app.ask("POST", "/beta/me/notifications/subscriptions", { headers, body: subscription });
  expect(subscribed.status).toBe(201);
  const notification = {
    ...common,
    appNotificationId: "order-of-mine",
    payload: { rawContent: "words of mine" },
    expirationDateTime: new Date(postedAt + milliseconds.hour).toISOString(),
  };
  const once = { ...headers, "idempotency-key": "key-of-mine" };
  const posted = await app.ask("POST", "/beta/me/notifications", { headers: once, body: notification });
  expect(posted.status).toBe(201);
  expect(await rowsLeft()).toContain("words of mine");

  travelTo(postedAt + 26 * milliseconds.hour);
  await app.timer("purge-expired");
  const left = await rowsLeft();
  for (const word of ["words of mine", posted.json.id, "my laptop", "ada@contoso.com"])
    expect(left).not.toContain(word);
  expect(app.logged.at(-1)).toMatch(/^purge: \d+ expired rows/);

  travelTo(postedAt + 54 * milliseconds.hour);
  await app.timer("purge-expired");
  expect(await rowsLeft()).toBe("");
});
