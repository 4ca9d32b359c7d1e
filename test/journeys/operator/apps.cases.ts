import { expect, test } from "vitest";
import type { Told } from "../../contracts/ops/operator.ts";
import type { SubscribedDevice } from "../../support/stack-client.ts";
import { until } from "../../support/until.ts";
import type { OperatorStack } from "./operator-stack.ts";

const shop = "shop.contoso.com";
/** What `apps` promises of every change. */
const aMinute = 60_000;

/** Who may use this Fanfare: changed at one time of the day, looked at later. */
export const appCases = (operator: () => OperatorStack) => {
  const byName = (hostName: string) => {
    const found = operator().stack.stack.apps.find((app) => app.hostName === hostName);
    if (!found) throw new Error(`The stack has no app ${hostName}.`);
    return found;
  };
  /** An app that was registered by the operator: its callers are those of the stack's first app. */
  const ofShop = () => ({ ...operator().stack.stack.apps[0]!, hostName: shop });
  const ofOther = () => byName("other.contoso.com");
  let atOther: SubscribedDevice;
  let smoke: Promise<Told>;

  return {
    shop: ofShop,

    inTheMorning: (): void => {
      test("the day begins well: the built program's doctor finds nothing wrong, tells it on stdout alone, and ends with 0", async () => {
        const { spawned } = operator();
        const { code, stdout, stderr } = await spawned("doctor", "--online", "--json");
        expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
        const { findings } = JSON.parse(stdout) as { readonly findings: readonly { readonly verdict: string }[] };
        expect(new Set(findings.map(({ verdict }) => verdict))).toEqual(new Set(["ok"]));
      });

      test("the built program refuses a wrong command line with 64, in a sentence on stderr", async () => {
        const told = await operator().spawned("apps", "block", "tenant");
        expect(told).toEqual({
          code: 64,
          stdout: "",
          stderr: expect.stringMatching(/^error: it is apps block [^\n]+\n$/),
        });
      });

      test("an app is registered and another is blocked; list and show tell it at once", async () => {
        const { stack, ops, done, json } = operator();
        atOther = await stack.device("ada@contoso.com", ofOther());
        const { clientId } = ofShop();
        await done("apps", "set", shop, "--sender", clientId, "--client", clientId, "--yes");
        await done("apps", "block", ofOther().hostName, "--yes");
        const shown = await json("apps", "show", shop);
        expect(shown).toMatchObject([{ hostName: shop, senders: [clientId], clients: [clientId], blocked: false }]);
        const listed = await json("apps", "list");
        expect(listed).toContainEqual(expect.objectContaining({ hostName: shop, blocked: false }));
        expect(listed).toContainEqual(expect.objectContaining({ hostName: ofOther().hostName, blocked: true }));
        smoke = ops("smoke"); // the first one waits as long for the canary's app
      });
    },

    byNoon: (): void => {
      test(
        "within a minute the new app's sender posts and the device rings, and the blocked app's sender gets 403",
        { timeout: aMinute + 20_000 },
        async () => {
          const { stack } = operator();
          const made = await stack.push.createDevice();
          const subscribed = () => stack.subscribe(made, "ada@contoso.com", ofShop());
          const device = await until(subscribed, { what: "the app is known", within: aMinute });
          const content = { payload: { rawContent: "from the shop" } };
          expect(await stack.post(content, { app: ofShop(), unsid: device.unsid })).toMatchObject({ status: 201 });
          await stack.shows(device, ["from the shop"]);
          expect(await stack.post(content, { app: ofOther(), unsid: atOther.unsid })).toMatchObject({ status: 403 });
        },
      );

      test("a notification goes all the way to a canary", { timeout: 40_000 }, async () => {
        expect(await smoke).toMatchObject({
          code: 0,
          stdout: expect.stringMatching(/^A notification goes all the way in \d+ ms\.$/m),
        });
      });
    },

    afterNoon: (): void => {
      test("the block is lifted and the new app is removed; what is left behind is counted", async () => {
        const { done } = operator();
        await done("apps", "unblock", ofOther().hostName, "--yes");
        const { stderr } = await done("apps", "remove", shop, "--count", "--yes");
        expect(stderr).toMatch(/^shop\.contoso\.com has 2 live subscriptions of 2 users\.$/m);
      });
    },

    inTheEvening: (): void => {
      test(
        "within a minute the app that is blocked no more posts and its device rings, and the removed app's sender gets 403, as does who is no app's sender",
        { timeout: aMinute + 20_000 },
        async () => {
          const { stack } = operator();
          const content = { payload: { rawContent: "back again" } };
          const isBack = async (): Promise<boolean> =>
            (await stack.post(content, { app: ofOther(), unsid: atOther.unsid })).status === 201;
          await until(isBack, { what: "the block is lifted", within: aMinute });
          await stack.shows(atOther, ["back again"]); // and nothing of what was refused
          expect(await stack.post(content, { app: ofShop(), user: "ada@contoso.com" })).toMatchObject({ status: 403 });
          const { apps, devices } = stack.stack;
          const unlisted = { ...ofOther(), hostName: apps[0]!.hostName };
          expect(await stack.post(content, { app: unlisted, unsid: devices[0]!.unsid })).toMatchObject({ status: 403 });
        },
      );
    },
  };
};
