import { expect, test } from "vitest";
import type { ToldConfig, ToldDevice, ToldOverview } from "../../../infra/local/inbox/told.ts";
import { browser } from "../../contracts/identity/browser.ts";
import { until } from "../../support/until.ts";
import type { ContractStack } from "./contract-stack.ts";

/** The local stack's own page, as its browser code meets it: sign-in, service, and what is told of the stack. */
export const inboxCases = (shared: () => ContractStack): void => {
  const local = async <T>(path: string): Promise<T> =>
    (await fetch(`${shared().stack.stack.httpUrl}/_local/${path}`)).json() as Promise<T>;

  /** By the code flow, at the page's own address. */
  const signedIn = async (userName: string): Promise<string> => {
    const { stack } = shared().stack;
    const provider = {
      issuer: () => stack.issuer,
      secrets: { userPassword: stack.users[0]!.password },
      ask: async (form: Record<string, string>, headers: Record<string, string>) => {
        const answer = await fetch(stack.tokenUrl, { method: "POST", body: new URLSearchParams(form), headers });
        return { status: answer.status, type: null, body: (await answer.json()) as Record<string, string> };
      },
    };
    const visitor = browser(provider, stack.httpUrl);
    const { status, body } = await visitor.redeem(await visitor.signIn(userName));
    expect(status).toBe(200);
    return body.access_token!;
  };

  test("the page and its parts are there, and what it needs to sign in", async () => {
    const { httpUrl, issuer, apps } = shared().stack.stack;
    for (const path of ["/", "/inbox/main.js", "/inbox/page.css", "/service-worker.js", "/client/fanfare.js"]) {
      expect((await fetch(httpUrl + path)).status, path).toBe(200);
    }
    const config = await local<ToldConfig>("config");
    expect(config).toMatchObject({ httpUrl, issuer, targetHostName: apps[0]!.hostName });
  });

  test("who signs in to the page may subscribe, post and read with its token, and only for themselves", async () => {
    const { caller, stack } = shared();
    const token = await signedIn("inbox-user@contoso.com");
    const posted = await caller.post({ payload: { rawContent: "to myself" } }, { token });
    expect(posted.status, posted.text).toBe(201);
    const { hostName } = stack.stack.apps[0]!;
    const read = await caller.ask("GET", `notifications/?targetHostName=${hostName}`, { token });
    expect(read.json.value).toMatchObject([{ payload: { rawContent: "to myself" } }]);
    const device = await stack.push.createDevice();
    const { platformType, deviceId, channel } = device;
    const subscription = { targetHostName: hostName, platformType, deviceId, channel };
    expect((await caller.ask("POST", "notifications/subscriptions", { token, body: subscription })).status).toBe(201);
    const elsewhere = { ...subscription, targetHostName: "other.contoso.com" };
    expect((await caller.ask("POST", "notifications/subscriptions", { token, body: elsewhere })).status).toBe(403);
    await stack.push.removeDevice(deviceId);
  });

  test("a notification is seen on the devices' screens and among the outcomes; dismissed on one, it leaves the other", async () => {
    const { caller, stack } = shared();
    const person = await caller.person();
    const [phone, pc] = await Promise.all([
      stack.device(person.upn, undefined, "iOS"),
      stack.device(person.upn, undefined, "Windows"),
    ]);
    const toldOf = async (deviceId: string): Promise<ToldDevice> =>
      (await local<ToldOverview>("overview")).devices.value!.find((one) => one.deviceId === deviceId)!;
    const before = (await local<ToldOverview>("overview")).outcomes.value!.content.delivered ?? 0;
    const visualContent = { title: "Seen", body: "everywhere" };
    const made = await caller.post({ payload: { visualContent } }, { token: person.token });
    const isSeen = async (): Promise<boolean> => {
      for (const { deviceId } of [phone, pc]) {
        expect((await toldOf(deviceId)).toasts).toMatchObject([
          { notificationId: made.json.id, text: "Seen: everywhere" },
        ]);
      }
      return true;
    };
    await until(isSeen, { what: "both screens show it" });
    const { user, actPath } = await toldOf(phone.deviceId);
    expect(user).toBe(person.upn);
    await until(
      async () => ((await local<ToldOverview>("overview")).outcomes.value?.content.delivered ?? 0) >= before + 2,
      { what: "both deliveries are counted" },
    );

    const acted = await fetch(stack.stack.httpUrl + actPath!, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ notificationId: made.json.id, action: "dismiss" }),
    });
    expect(acted.status, await acted.text()).toBe(204);
    await until(async () => (await toldOf(pc.deviceId)).toasts.length === 0, { what: "it left the PC" });
    expect((await toldOf(phone.deviceId)).toasts).toEqual([]);
  });
};
