import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import { newVendorAccounts } from "../../../infra/local/vendor-accounts.ts";
import { loadApp, type Answered, type AppInProcess } from "../../support/app-in-process.ts";
import type { Backends } from "../../support/backends.ts";
import { notification, post, postPath, sampleHost, subscribePath } from "./api-under-test.ts";
import { deltaQuery, feedClient, feedPath } from "./feed-under-test.ts";
import { startVendors, type PlatformType, type VendorsUnderTest } from "./vendors-under-test.ts";

let backends: Backends;
let vendors: VendorsUnderTest;
let app: AppInProcess;

type Device = Pick<NewDevice, "deviceId" | "platformType"> & { readonly unsid: string };

/** A user with a device of each of these platforms, which asked for content where that is said. */
const userWith = async (platforms: readonly PlatformType[], more: { readonly notificationType?: string } = {}) => {
  const user = `${crypto.randomUUID()}@contoso.com`;
  const authorization = await backends.authorization(backends.apps.sample, user);
  const devices: Device[] = [];
  for (const platformType of platforms) {
    const { deviceId, channel } = await vendors.pushTo[platformType].createDevice();
    const body = { targetHostName: sampleHost, platformType, deviceId, channel, ...more };
    const headers = { "content-type": "application/json", authorization };
    const { status, text, json } = await app.ask("POST", subscribePath, { headers, body });
    expect(status, text).toBe(201);
    devices.push({ deviceId, platformType, unsid: json.userNotificationSubscriptionId as string });
  }
  return { authorization, devices, me: feedClient(app, authorization) };
};

/** Posts it, and has the app deliver what that put into the queue. */
const deliver = async (body: unknown, authorization: string, by = app): Promise<Answered> => {
  const answer = await post(by, body, { headers: { authorization } });
  expect([200, 201], answer.text).toContain(answer.status);
  const [message] = await backends.bus.take(1);
  await by.deliver(message?.body);
  return answer;
};

type Push = {
  readonly form: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly bytes: number;
};
const dryRun = (body: unknown, authorization: string): Promise<Answered> => {
  const headers = { "content-type": "application/json", authorization };
  return app.ask("POST", `${postPath}?dryRun=true`, { headers, body });
};

const pushesTo = async ({ deviceId, platformType }: Device) =>
  (await vendors.pushTo[platformType].received()).filter((one) => one.deviceId === deviceId);
const screenOf = async ({ deviceId, platformType }: Device): Promise<string[]> => {
  const all = await vendors.pushTo[platformType].devices();
  return all.find((one) => one.deviceId === deviceId)!.screen.map(({ content }) => content);
};

/** What the vendors get of the whole app, by a clock that the stories move: theirs, the app's and the backends' clients'. */
export const pushedCases = (shared: () => Backends): void => {
  beforeAll(async () => {
    backends = shared();
    vendors = await startVendors(backends);
    app = await loadApp(vendors.settings());
    await backends.bus.take(1_000, 300);
  });
  afterAll(async () => {
    await app.close();
    await vendors.stop();
  });
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const everything = {
    title: 'Žluťoučký <kůň> & "co"',
    body: "🦓\nzebra",
    badge: 3,
    sound: "none",
    imageUrl: "https://c.com/i.png?a=1&b=2",
  };
  test.each<[string, Readonly<Record<string, unknown>>, Readonly<Record<PlatformType, string>>]>([
    [
      "both contents, with extras",
      { payload: { rawContent: "syrový", visualContent: everything }, groupName: "orders", displayTimeToLive: 600 },
      { Windows: "visual", iOS: "visual", Android: "visual", WebPush: "raw" },
    ],
    [
      "raw content",
      { payload: { rawContent: '{"kůň":"🦓"}' }, priority: "High" },
      { Windows: "raw", iOS: "raw", Android: "raw", WebPush: "raw" },
    ],
    [
      "content too large",
      { payload: { rawContent: "ž".repeat(3_000) } },
      { Windows: "tap", iOS: "tap", Android: "tap", WebPush: "tap" },
    ],
  ])("what a dry run tells is what each vendor then gets, to the byte: %s", async (_, more, forms) => {
    const { authorization, devices } = await userWith(["Windows", "iOS", "Android", "WebPush"], {
      notificationType: "NotificationWithPayload",
    });
    const body = notification(more);
    // What is replaced has an id, which the pushes carry.
    await deliver({ ...body, payload: { rawContent: "before" } }, authorization);
    const told = (await dryRun(body, authorization)).json.deliveries as {
      readonly platformType: PlatformType;
      readonly push: Push;
    }[];
    expect(Object.fromEntries(told.map(({ platformType, push }) => [platformType, push.form]))).toEqual(forms);
    await deliver(body, authorization);

    for (const device of devices) {
      const { push } = told.find(({ platformType }) => platformType === device.platformType)!;
      const pushes = await pushesTo(device);
      const got = pushes.at(-1)!;
      expect([device.platformType, pushes.length]).toEqual([device.platformType, 2]);
      expect(got.headers).toMatchObject(push.headers);
      expect(withoutToken(device, got.content ?? "")).toBe(push.body);
      // Google counts otherwise than by the body.
      if (device.platformType !== "Android") expect(Buffer.byteLength(got.content ?? "")).toBe(push.bytes);
    }
  });

  test("an iPhone that has not fetched a notification in time shows its fallback's alert, once; who fetched it, and a PC, none", async () => {
    const { authorization, devices, me } = await userWith(["iOS", "iOS", "Windows"]);
    const [late, fetcher, pc] = devices as [Device, Device, Device];
    const body = withFallback();
    await deliver({ ...body, fallbackPolicy: null }, authorization);
    const told = (await dryRun(body, authorization)).json.fallback as {
      readonly dueDateTime: string;
      readonly deliveries: readonly { readonly push: Push }[];
    };
    const postedAt = Date.now();
    const { json } = await deliver(body, authorization);
    const alert = await scheduledFor(json.id as string);
    expect(alert.body).toMatchObject({ kind: "fallback" });
    expect(alert.scheduledEnqueueTimeUtc?.getTime()).toBe(postedAt + 60_000);
    expect(Date.parse(told.dueDateTime)).toBe(postedAt + 60_000);
    for (const device of devices) expect((await pushesTo(device)).length).toBe(2);
    await me.ask("GET", deltaQuery, { headers: { "x-uns-id": fetcher.unsid } });

    vi.setSystemTime(postedAt + 60_000);
    await app.deliver(alert.body);
    await app.deliver(alert.body);
    expect(await Promise.all([late, fetcher, pc].map(screenOf))).toEqual([["You have mail: from Ada"], [], []]);
    const [, , rung, ...more] = await pushesTo(late);
    expect(more).toEqual([]);
    expect(told.deliveries.map(({ push }) => push.body)).toContain(rung?.content);
    for (const device of [fetcher, pc]) expect((await pushesTo(device)).length).toBe(2);
  });

  test.each<[string, (me: Awaited<ReturnType<typeof userWith>>["me"], id: string, body: object) => Promise<unknown>]>([
    ["dismissed", (me, id) => me.ask("PATCH", `${feedPath}/${id}`, { body: { userActionState: "dismissed" } })],
    ["read", (me, id) => me.ask("PATCH", `${feedPath}/${id}`, { body: { readState: "read" } })],
    ["deleted", (me, id) => me.ask("DELETE", `${feedPath}/${id}`)],
    ["replaced", (me, _, body) => me.posted({ ...body, fallbackPolicy: null })],
  ])("what was %s meanwhile alerts nobody", async (_, act) => {
    const { authorization, devices, me } = await userWith(["iOS"]);
    const body = withFallback();
    const { json } = await deliver(body, authorization);
    const alert = await scheduledFor(json.id as string);
    await act(me, json.id as string, body);
    await backends.bus.take(1); // its own message, on the way while the alert is due
    vi.setSystemTime(Date.now() + 60_000);
    await app.deliver(alert.body);
    expect(await screenOf(devices[0]!)).toEqual([]);
    expect(await pushesTo(devices[0]!)).toHaveLength(1);
  });

  test("a key that its vendor knows no more holds what it should bring, and says which; with the one in its place, all of it arrives", async () => {
    const { authorization, devices } = await userWith(["Windows", "iOS", "Android"]);
    const behind = await loadApp(vendors.settings(newVendorAccounts()));
    const { json } = await deliver(
      notification({ payload: { visualContent: { title: "Held" } } }),
      authorization,
      behind,
    );
    for (const device of devices) expect(await screenOf(device)).toEqual([]);
    for (const setting of ["WNS", "APNS", "FCM"])
      expect(behind.logged.join()).toContain(`${setting}_CREDENTIAL_DEFAULT: `);
    await behind.close();

    const held = await scheduledFor(json.id as string);
    vi.setSystemTime(held.scheduledEnqueueTimeUtc!);
    await app.deliver(held.body);
    for (const device of devices) expect(await screenOf(device)).toEqual(["Held"]);
  });

  const withFallback = () =>
    notification({
      fallbackPolicy: {
        endpointFallback: {
          platformTypes: ["iOS"],
          fallbackDelayInSeconds: 60,
          visualContent: { title: "You have mail", body: "from Ada" },
        },
      },
    });
  const scheduledFor = async (id: string) => {
    const waiting = await backends.bus.peek();
    const found = waiting.find(({ body }) => (body as { id?: unknown }).id === id);
    return found!;
  };
};

/** FCM's body names the phone, which a dry run tells nobody. */
const withoutToken = ({ platformType }: Device, content: string): string => {
  if (platformType !== "Android") return content;
  const { token, ...message } = (JSON.parse(content) as { message: Record<string, unknown> }).message;
  expect(token).toBeTypeOf("string");
  return JSON.stringify({ message });
};
