import { expect, onTestFinished, test } from "vitest";
import { overviewOf } from "../../../infra/local/inbox/overview.ts";
import { section, type Look } from "../../../infra/local/inbox/section.ts";
import type { Told, ToldOverview, ToldQueue } from "../../../infra/local/inbox/told.ts";
import { controlStub, inboxUnderTest } from "./inbox-under-test.ts";

const device = (name: string, more: object = {}) => ({
  name,
  deviceId: `id-${name}`,
  platformType: "iOS",
  kind: "virtual",
  channel: {},
  online: true,
  waiting: 0,
  screen: [],
  ...more,
});
const signedIn = { app: { isSignedIn: true, user: "ada@contoso.com", mark: null, isUpToDate: true } };
const toast = (content: string, more: object = {}) => ({ at: "2026-01-01T00:00:00.000Z", content, ...more });

const overviewIn = async (inbox: Awaited<ReturnType<typeof inboxUnderTest>>): Promise<ToldOverview> =>
  JSON.parse((await inbox.ask("/_local/overview")).text) as ToldOverview;

test("what cannot be had is missing with a sentence, and the rest is told", async () => {
  const phones = await controlStub([device("iPhone", signedIn)]);
  const nowhere = "http://127.0.0.1:9";
  const inbox = await inboxUnderTest({
    controls: { WebPush: nowhere, Windows: nowhere, iOS: phones.url, Android: nowhere },
    bus: {
      connectionString:
        "Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true;",
      adminUrl: nowhere,
    },
    tablesConnection: "none",
  });
  onTestFinished(async () => {
    await inbox.stop();
    await phones.stop();
  });
  const { devices, queue, outcomes, deadLetters } = await overviewIn(inbox);
  expect(devices.value).toHaveLength(1);
  expect(devices.fault).toBe("The local push service does not answer: WebPush, Windows, Android.");
  expect(queue).toEqual({ value: null, fault: expect.stringMatching(/^The bus/) });
  expect(deadLetters).toEqual({ value: null, fault: expect.stringMatching(/^The bus/) });
  expect(outcomes).toEqual({ value: null, fault: "Not looked at: TablesConnection is no connection string." });
});

test("a device is told with whose it is, where it can be acted on, and its latest toasts first", async () => {
  const content = {
    changeType: "afsChange",
    newETag: "e.2",
    baseETag: "e.1",
    notification: {
      id: "n2",
      appNotificationId: "a",
      expirationDateTime: "2030-01-01T00:00:00Z",
      payload: { rawContent: "raw" },
    },
  };
  const tap = { changeType: "afsChangeNotification", newETag: "e.3", baseETag: "e.2" };
  const phones = await controlStub([
    device("iPhone", { ...signedIn, screen: [toast("first", { id: "n1" }), toast("x".repeat(600))] }),
    device("Browser", { screen: [toast(JSON.stringify(content)), toast(JSON.stringify(tap))] }),
    ...Array.from({ length: 60 }, (_, index) => device(`other-${index}`)),
  ]);
  const { url } = phones;
  const inbox = await inboxUnderTest({ controls: { WebPush: url, Windows: url, iOS: url, Android: url } });
  onTestFinished(async () => {
    await inbox.stop();
    await phones.stop();
  });
  const [iPhone, browser, ...others] = (await overviewIn(inbox)).devices.value ?? [];
  expect(iPhone).toMatchObject({ user: "ada@contoso.com", actPath: "/_local/devices/iOS/id-iPhone/act" });
  expect(iPhone?.toasts).toEqual([
    { notificationId: null, shownAt: "2026-01-01T00:00:00.000Z", text: `${"x".repeat(500)}…` },
    { notificationId: "n1", shownAt: "2026-01-01T00:00:00.000Z", text: "first" },
  ]);
  expect(browser).toMatchObject({ user: null, actPath: null });
  expect(browser?.toasts.map(({ notificationId, text }) => [notificationId, text])).toEqual([
    [null, "Something has changed: time to read the feed."],
    ["n2", "raw"],
  ]);
  expect(others).toHaveLength(4 * 20 - 2);
  expect(phones.asked).toContain("GET /_devices?limit=20");
});

const known = <T>(value: T): Told<T> => ({ value, fault: null });
const queueOf = (active: number): ToldQueue => ({ active, scheduled: 0, deadLettered: 0 });
const sections = (queue: () => Promise<Told<ToldQueue>>) => ({
  devices: () => Promise.resolve(known([])),
  queue,
  outcomes: () => Promise.resolve({ value: null, fault: "none" }),
  deadLetters: () => Promise.resolve(known([])),
});
const nobodyLeaves = new AbortController().signal;

test("with the version it has, an asker waits until something is different", async () => {
  let active = 1;
  let looks = 0;
  let lookedAgain = (): void => undefined;
  const look = (): Promise<Told<ToldQueue>> => {
    looks += 1;
    if (looks === 5) lookedAgain();
    return Promise.resolve(known(queueOf(active)));
  };
  const overview = overviewOf(sections(look), { everyMs: 5 });
  const first = await overview.tell(undefined, nobodyLeaves);
  expect((await overview.tell("another version", nobodyLeaves)).version).toBe(first.version);
  let isTold = false;
  const next = overview.tell(first.version, nobodyLeaves).then((told) => {
    isTold = true;
    return told;
  });
  await new Promise<void>((resolve) => (lookedAgain = resolve));
  expect(isTold).toBe(false);
  active = 2;
  expect((await next).queue).toEqual(known(queueOf(2)));
});

test("who has waited long enough is told the same once more, and who left is waited for no longer", async () => {
  const overview = overviewOf(
    sections(() => Promise.resolve(known(queueOf(1)))),
    { everyMs: 60_000, waitMs: 30 },
  );
  const { version } = await overview.tell(undefined, nobodyLeaves);
  expect((await overview.tell(version, nobodyLeaves)).version).toBe(version);
  const patient = overviewOf(
    sections(() => Promise.resolve(known(queueOf(1)))),
    { everyMs: 60_000 },
  );
  const leaving = new AbortController();
  const waiting = patient.tell(version, leaving.signal);
  leaving.abort();
  expect((await waiting).version).toBe(version);
});

test("however many ask, one looks, and not again before its time; a slow look comes more rarely", async () => {
  let now = 0;
  let looks = 0;
  const look: Look<number> = () => {
    now += 400; // so long it takes
    looks += 1;
    return Promise.resolve(known(looks));
  };
  const ask = section(look, { what: "The queue", everyMs: 1_000, now: () => now });
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([known(1), known(1), known(1)]);
  now = 400 + 1_999;
  expect(await ask()).toEqual(known(1));
  now = 400 + 2_000;
  expect(await ask()).toEqual(known(2));
});

test("a look that never ends, or fails, is a sentence in good time", async () => {
  const hanging = section(() => new Promise<never>(() => undefined), { what: "The bus", everyMs: 1, withinMs: 20 });
  expect(await hanging()).toEqual({ value: null, fault: "The bus did not answer within 0.02 s." });
  const failing = section(() => Promise.reject(new Error("no such queue\nat a stack")), {
    what: "The bus",
    everyMs: 1,
  });
  expect(await failing()).toEqual({ value: null, fault: "The bus: no such queue" });
});
