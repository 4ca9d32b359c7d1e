import { expect, test } from "vitest";
import type { LocalStack } from "../../support/stack.ts";
import { until } from "../../support/until.ts";
import { registerApps } from "../contract/apps.ts";
import { platforms } from "../delivery/platforms.ts";

/** On a stack that has `wrongCredentials`. The functions host starts anew, so that it reads the registry. */
export const credentialCases = (shared: () => LocalStack): void => {
  test("a wrong credential holds what it cannot send, says what to fix, and harms nobody else; set right, all of it arrives", async () => {
    const stack = shared();
    const [, other] = stack.stack.apps;
    const registered = { hostName: other!.hostName, clients: [other!.clientId], senders: [other!.clientId] };
    await registerApps(stack, [{ ...registered, credentials: { wns: "wrong", apns: "Wrong", fcm: "WRONG" } }]);

    const user = `${crypto.randomUUID()}@contoso.com`;
    const [ours, theirs] = await Promise.all(
      [stack.stack.apps[0], other].map((app) =>
        Promise.all(platforms.map(({ platformType }) => stack.device(user, app, platformType))),
      ),
    );
    const visual = { payload: { visualContent: { title: "Held" } } };
    await stack.post(visual, { app: other!, user });
    for (const { credential } of platforms) {
      const sentence = new RegExp(`ALARM.*${credential}:wrong.*${credential.toUpperCase()}_CREDENTIAL_WRONG`, "i");
      await until(() => sentence.test(stack.output()), { what: `the operator is told about ${credential}` });
    }
    await stack.post(visual, { user });
    await Promise.all(ours!.map((device) => stack.shows(device, ["Held"])));
    for (const device of theirs!) expect(await stack.shown(device)).toEqual([]);

    await registerApps(stack, [{ ...registered, credentials: {} }]);
    await Promise.all(theirs!.map((device) => stack.shows(device, ["Held"])));
  }, 60_000);
};
