import { expect, test } from "vitest";
import { admitWrite, heldUnsid, identify, inOrder, signedIn } from "../../../../functions/api/call.ts";
import { registeredAppSchema } from "../../../../shared/auth/app-registry.ts";
import { requiredScope, type Caller } from "../../../../shared/auth/caller.ts";
import { Problem } from "../../../../shared/problem.ts";
import type { SubscriptionId, UnsidHolder } from "../../../../shared/subscription/subscription.ts";

const user = { tenantId: "tenant", objectId: "user", principalName: "ada@contoso.com" };
const phone: Caller = { kind: "user", clientId: "phone", tenantId: "tenant", roles: [], user, scopes: [requiredScope] };
const app = registeredAppSchema.parse({ hostName: "app.contoso.com", senders: [], clients: ["phone"] });
const holder: UnsidHolder = { ...user, hostName: app.hostName, subscriptionId: "s" as SubscriptionId };
const headersWith = (headers: Record<string, string> = {}): Headers => new Headers(headers);
const never = new Promise<never>(() => undefined);

const use = {
  tokens: { verify: () => Promise.resolve(phone) },
  apps: { ofClient: () => Promise.resolve([app]), isBlocked: () => Promise.resolve(false) },
  subscriptions: { holderOf: (given: string) => Promise.resolve(given === "unsid" ? holder : undefined) },
};

test("a blocked app is forbidden whatever it asks", async () => {
  expect(await identify(use, { headers: headersWith() })).toBe(phone);
  const blocking = { ...use, apps: { isBlocked: () => Promise.resolve(true) } };
  await expect(identify(blocking, { headers: headersWith() })).rejects.toMatchObject({ kind: "forbidden" });
});

test("no X-UNS-ID is not looked up; an empty one is one that nobody holds", async () => {
  const failing = { subscriptions: { holderOf: () => Promise.reject(new Error("asked")) } };
  expect(await heldUnsid(failing, headersWith())).toBeUndefined();
  expect(await heldUnsid(use, headersWith({ "x-uns-id": "" }))).toEqual({ holder: undefined });
  expect(await heldUnsid(use, headersWith({ "x-uns-id": "unsid" }))).toEqual({ holder });
});

test("who is signed in reaches the app's feeds, and says by its UNSID which device acts", async () => {
  expect(await signedIn(use, phone, headersWith())).toEqual({ user, apps: [app], actor: undefined });
  const acting = await signedIn(use, phone, headersWith({ "x-uns-id": "unsid" }));
  expect(acting.actor).toBe(holder);
  const unknown = signedIn(use, phone, headersWith({ "x-uns-id": "other" }));
  await expect(unknown).rejects.toMatchObject({ kind: "forbidden" });
});

test("a write that may not go on takes no permit while we are busy, and gives it back when it is refused", async () => {
  const permits: string[] = [];
  const admitting = (busy: boolean) => ({
    busy: {
      check: () => {
        if (busy) throw new Problem("busy", "busy", { retryAfterSeconds: 3 });
      },
    },
    appWrites: {
      take: (clientId: string) => {
        permits.push(`${clientId} takes`);
        return Promise.resolve({ giveBack: () => void permits.push("given back") });
      },
    },
  });
  await expect(admitWrite(admitting(true), phone, () => never)).rejects.toMatchObject({ kind: "busy" });
  expect(permits.splice(0)).toEqual([]);
  expect(await admitWrite(admitting(false), phone, () => Promise.resolve(7))).toBe(7);
  expect(permits.splice(0)).toEqual(["phone takes"]);
  const refused = admitWrite(admitting(false), phone, () => Promise.reject(new Problem("invalid", "no")));
  await expect(refused).rejects.toMatchObject({ kind: "invalid" });
  expect(permits.splice(0)).toEqual(["phone takes", "given back"]);
  const failed = admitWrite(admitting(false), phone, () => Promise.reject(new Error("lost")));
  await expect(failed).rejects.toThrow("lost");
  expect(permits.splice(0)).toEqual(["phone takes"]);
});

test("of what is under way at once the first in order is told, and nothing behind it is waited for", async () => {
  const fails = (what: string, after: Promise<unknown> = Promise.resolve()) =>
    after.then(() => Promise.reject(new Error(what)));
  expect(await inOrder([Promise.resolve(1), Promise.resolve("two")])).toEqual([1, "two"]);
  const late = new Promise((resolve) => setImmediate(resolve));
  await expect(inOrder([fails("first", late), fails("second")])).rejects.toThrow("first");
  await expect(inOrder([fails("first"), never])).rejects.toThrow("first");
  await expect(inOrder([Promise.resolve(), fails("second")])).rejects.toThrow("second");
});
