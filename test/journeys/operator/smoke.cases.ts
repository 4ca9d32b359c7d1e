import { expect, test } from "vitest";
import { secretsIn } from "../../../infra/local/secrets.ts";
import { command, linesOf } from "../../contracts/ops/operator.ts";
import type { OperatorStack } from "./operator-stack.ts";

type Document = {
  readonly steps: readonly { readonly step: string }[];
  readonly failed?: { readonly step: string; readonly sentence: string };
};

/** A canary goes all the way, however the Fanfare is named, once its app is known. */
export const smokeCases = (operator: () => OperatorStack): void => {
  test("two canaries at once go all the way; nobody rings, nothing of them is left, and no secret is told", async () => {
    const { stack, tables, ops } = operator();
    const state = async () => {
      let subscriptions = 0;
      for await (const { rowKey } of tables.feeds.all()) if (rowKey.startsWith("s_")) subscriptions += 1;
      return { subscriptions, pushes: (await stack.push.received()).length };
    };
    const before = await state();
    const both = await Promise.all([1, 2].map(() => ops("smoke", "--json")));
    for (const told of both) {
      const [document] = linesOf(told.stdout) as Document[];
      expect(document, told.stderr).toMatchObject({ ok: true, allTheWayMs: expect.any(Number) });
      expect(document?.steps.map(({ step }) => step)).toEqual([
        ...["service is ready", "token had", "app registered", "canary subscribed", "notification accepted"],
        ...["delivered", "canary removed"],
      ]);
    }
    expect(await state()).toEqual(before);
    const all = JSON.stringify(both);
    const secrets = [stack.stack.apps[0]!.clientSecret, ...stack.issued()];
    expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
  });

  test("named by settings and with client credentials, as on Azure, it goes to an app of one's own and reads the ledger; with a wrong secret it ends at the token", async () => {
    const { stack } = operator();
    const { tables, tokenUrl, httpUrl, stateDir, apps } = stack.stack;
    const { hostName, clientId, clientSecret } = apps[0]!;
    const env = {
      TablesConnection: tables.connectionString,
      PUBLIC_URL: httpUrl,
      DATA_KEYS: (await secretsIn(stateDir)).dataKey,
      FANFARE_SMOKE_TOKEN_URL: tokenUrl,
      FANFARE_SMOKE_CLIENT_ID: clientId,
      FANFARE_SMOKE_CLIENT_SECRET: clientSecret,
    };
    const told = await command(["smoke", "--app", hostName], { env });
    expect(told).toMatchObject({ code: 0, stdout: expect.stringMatching(/^delivered .* as the ledger tells$/m) });
    const wrong = { ...env, FANFARE_SMOKE_CLIENT_SECRET: "hunter2" };
    const refused = await command(["smoke", "--json"], { env: wrong });
    const [document] = linesOf(refused.stdout) as Document[];
    const sentence = "The token endpoint answered 401 invalid_client.";
    expect(document?.failed).toMatchObject({ step: "token had", sentence });
  });
};
