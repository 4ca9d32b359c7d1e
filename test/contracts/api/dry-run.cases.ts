import { afterAll, beforeAll, expect, test } from "vitest";
import { credentialSettingsOf } from "../../../infra/local/vendor-accounts.ts";
import { heldToItsDescription } from "../../support/api-description.ts";
import { loadApp, type Answered, type AppInProcess } from "../../support/app-in-process.ts";
import { newChannel, type Backends } from "../../support/backends.ts";
import { testAccounts } from "../../support/vendor-accounts.ts";
import { notification, post, postPath, sampleHost, subscribePath } from "./api-under-test.ts";
import { feedClient, feedQuery, valuesOf } from "./feed-under-test.ts";

let backends: Backends;
let app: AppInProcess;
let asServer: string;
let asUser: string;
let unsid: string;

const accounts = testAccounts();
const user = "rehearses@contoso.com";
const address = (): string => `s3cr3t-${crypto.randomUUID()}`;
const channels = {
  Windows: { uri: `https://db5p.notify.windows.com/?token=${address()}` },
  iOS: { token: "5ec2e7".repeat(8), bundleId: "com.contoso.app", environment: "production" },
  Android: { token: address(), packageName: "com.contoso.app" },
  WebPush: newChannel(),
};
/** What no answer may hold: where the devices are, and what we are known by. */
const secrets = [
  channels.Windows.uri,
  channels.iOS.token,
  channels.Android.token,
  channels.WebPush.endpoint,
  channels.WebPush.keys.auth,
  accounts.apns.keyId,
  accounts.fcm.clientEmail,
  accounts.wns.clientSecret,
];

const dryRun = (body: unknown, headers: Record<string, string> = {}): Promise<Answered> =>
  app.ask("POST", `${postPath}?dryRun=true`, {
    headers: { "content-type": "application/json", authorization: asServer, "x-uns-id": unsid, ...headers },
    body,
  });
type Told = {
  readonly subscriptionId: string;
  readonly platformType: string;
  readonly displayName: string | null;
  readonly isTold: boolean;
  readonly explanation: string;
  readonly push?: Readonly<Record<"form" | "tapBecause" | "body", string>> & { bytes: number; bytesMax: number };
};
const toldIn = ({ json }: Answered): readonly Told[] => json.deliveries as Told[];
/** By platform, what its device would get. */
const formsIn = (answer: Answered) =>
  Object.fromEntries(
    toldIn(answer).map(({ platformType, push }) => [
      platformType,
      push ? [push.form, ...(push.tapBecause ? [push.tapBecause] : [])].join(" ") : "nothing",
    ]),
  );
const visualContent = { title: "Hello World!", body: "Notifications are Great!" };

/** What a caller is told who asks what a POST would do. */
export const dryRunCases = (shared: () => Backends): void => {
  beforeAll(async () => {
    backends = shared();
    const credentials = credentialSettingsOf(accounts, "https://oauth2.googleapis.com/token");
    app = await heldToItsDescription(await loadApp(backends.settings(credentials)));
    asServer = await backends.authorization(backends.apps.sample);
    asUser = await backends.authorization(backends.apps.sample, user);
    for (const [platformType, channel] of Object.entries(channels)) {
      const device = {
        targetHostName: sampleHost,
        platformType,
        deviceId: platformType,
        displayName: `My ${platformType}`,
      };
      const headers = { "content-type": "application/json", authorization: asUser };
      const answer = await app.ask("POST", subscribePath, { headers, body: { ...device, channel } });
      expect(answer.status, answer.text).toBe(201);
      unsid = answer.json.userNotificationSubscriptionId as string;
    }
  });
  afterAll(async () => {
    await app.close();
  });

  /** All that is stored for anybody, by key and version, but for the leases of throttles, which are nobody's. */
  const stored = async (): Promise<string[]> => {
    const { feeds, unsids, expiries, deliveries, apps } = backends.tables.tables;
    const rows: string[] = [];
    for (const [name, table] of Object.entries({ feeds, unsids, expiries, deliveries, apps })) {
      for await (const { partitionKey, rowKey, etag } of table.all())
        rows.push([name, partitionKey, rowKey, etag].join());
    }
    return rows;
  };

  test("each device's push is told to its bytes, nothing is stored or sent, and the answer holds no address and no credential", async () => {
    await backends.bus.take(1_000, 300);
    const before = await stored();
    const fallbackPolicy = {
      endpointFallback: {
        platformTypes: ["iOS"],
        fallbackDelayInSeconds: 60,
        visualContent: { title: "Still there?" },
      },
    };
    const answer = await dryRun(notification({ payload: { visualContent, rawContent: "raw" }, fallbackPolicy }));
    expect([answer.status, answer.json.dryRun, answer.json.status]).toEqual([200, true, 201]);
    expect(formsIn(answer)).toEqual({ Windows: "visual", iOS: "visual", Android: "visual", WebPush: "raw" });
    for (const { push, platformType } of toldIn(answer)) {
      expect(push?.body).toContain(platformType === "WebPush" ? "raw" : visualContent.title);
      expect(push?.bytes).toBeLessThanOrEqual(push?.bytesMax ?? 0);
      expect(push?.bytes).toBeGreaterThan(0);
    }
    expect(answer.json.fallback.deliveries).toMatchObject([{ platformType: "iOS", isTold: true }]);
    const alert = answer.json.fallback.deliveries[0].push;
    expect([alert?.form, alert?.body]).toEqual(["visual", expect.stringContaining("Still there?")]);
    for (const secret of secrets) expect(answer.text).not.toContain(secret);

    expect(await stored()).toEqual(before);
    expect(await backends.bus.take(1, 300)).toEqual([]);
    const me = feedClient(app, asUser);
    expect(valuesOf(await me.pages(feedQuery))).toEqual([]);
    expect(app.logged.join("\n")).not.toContain("Hello World!");
  });

  test("content goes as a tap where that is asked for or it is too large, and says which", async () => {
    expect(formsIn(await dryRun(notification()))).toEqual({
      Windows: "tap asked",
      iOS: "tap asked",
      Android: "tap asked",
      WebPush: "raw",
    });
    const long = "ž".repeat(3_000);
    const tooLarge = formsIn(await dryRun(notification({ payload: { rawContent: long } })));
    expect(tooLarge.WebPush).toBe("tap too-large");
    const drawn = notification({
      payload: { visualContent: { title: long } },
      targetPolicy: { platformTypes: ["iOS"] },
    });
    expect(formsIn(await dryRun(drawn))).toEqual({
      Windows: "nothing",
      iOS: "tap too-large",
      Android: "nothing",
      WebPush: "nothing",
    });
  });

  test("what would be replaced has its id, stays as it was, and rings once the POST is made for good", async () => {
    const body = notification({ payload: { visualContent } });
    const posted = await post(app, body, { unsid, headers: { authorization: asServer } });
    const other = { ...body, payload: { visualContent: { ...visualContent, badge: 3, sound: "none" } } };
    const answer = await dryRun(other, { prefer: "handling=dry-run" });
    expect(answer.headers.get("preference-applied")).toBe("handling=dry-run");
    expect(answer.json).toMatchObject({
      status: 200,
      notification: { id: posted.json.id, status: "updated", payload: other.payload },
    });
    for (const one of toldIn(answer).filter(({ push }) => push)) expect(one.push?.body).toContain(posted.json.id);
    const me = feedClient(app, asUser);
    const read = async (): Promise<unknown> =>
      (await me.ask("GET", `/beta/me/notifications/${posted.json.id as string}`)).json.payload;
    expect(await read()).toEqual(body.payload);
    const replaced = await post(app, other, { unsid, headers: { authorization: asServer } });
    expect([replaced.status, replaced.json.payload]).toEqual([200, other.payload]);
    expect(await read()).toEqual(other.payload);
  });

  test("an app server learns what would be pushed and not what the user calls the devices; the user sees that too", async () => {
    const names = (answer: Answered) => toldIn(answer).map(({ displayName }) => displayName);
    expect(new Set(names(await dryRun(notification())))).toEqual(new Set([null]));
    const mine = await dryRun(notification(), { authorization: asUser });
    expect(names(mine).toSorted()).toEqual(["My Android", "My WebPush", "My Windows", "My iOS"]);
  });

  test("nobody learns anything by it that the POST would refuse", async () => {
    expect((await dryRun(notification(), { authorization: "" })).status).toBe(401);
    expect((await dryRun(notification(), { "x-uns-id": "s".repeat(43) })).status).toBe(403);
    expect((await dryRun(notification({ groupName: 7 }))).status).toBe(400);
    const stranger = await backends.authorization(backends.apps.other);
    expect((await dryRun(notification(), { authorization: stranger })).status).toBe(403);
    const { status, json } = await app.ask("POST", `${postPath}?dryRun=maybe`, {
      headers: { "content-type": "application/json", authorization: asServer, "x-uns-id": unsid },
      body: notification(),
    });
    expect([status, json.error.details[0].target]).toEqual([400, "dryRun"]);
  });
};
