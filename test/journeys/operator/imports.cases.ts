import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { linesOf } from "../../contracts/ops/operator.ts";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import type { OperatorStack } from "./operator-stack.ts";

/** Devices that another push system knew. */
export const importCases = (operator: () => OperatorStack): void => {
  /** Imports one device, and posts to its user by the UNSID of the report. */
  const broughtOver = async (
    { platformType, deviceId }: NewDevice,
    { args, entry }: { readonly args: readonly string[]; readonly entry: object },
  ): Promise<void> => {
    const { stack, done, file } = operator();
    const [dump, report] = [file(`${deviceId}.jsonl`), file(`${deviceId}-unsids.jsonl`)];
    await writeFile(dump, `${JSON.stringify(entry)}\n`);
    const about = ["--app", stack.stack.apps[0]!.hostName, "--user-is-object-id", "--report", report];
    const { stdout } = await done("import", args[0]!, dump, ...args.slice(1), ...about);
    expect(stdout).toContain("1 new");
    const [, imported] = linesOf(await readFile(report, "utf8"));
    const unsid = String(imported?.userNotificationSubscriptionId);
    const payload = { rawContent: "brought over", visualContent: { title: "brought over" } };
    expect(await stack.post({ payload }, { unsid })).toMatchObject({ status: 201 });
    await stack.shows({ deviceId, platformType }, ["brought over"]);
  };

  test("a browser of a table of one's own rings when its user is posted to, by the UNSID of the import's report", async () => {
    const { stack, person } = operator();
    const device = await stack.push.createDevice();
    const { objectId, tenantId } = await person("katherine@contoso.com");
    const vapid = await fetch(`${stack.stack.httpUrl}/beta/me/notifications/vapidPublicKey`);
    const { publicKey } = (await vapid.json()) as { readonly publicKey: string };
    const columns = ["--tenant-column", "tenant", "--subscription-column", "subscription"];
    const entry = { subscription: device.channel, user: objectId, tenant: tenantId };
    await broughtOver(device, { args: ["web-push", ...columns, "--vapid-public-key", publicKey], entry });
  });

  test("an iPhone of a notification hub's rings likewise", async () => {
    const { stack, person } = operator();
    const device = await stack.pushTo("iOS").createDevice();
    const { objectId, tenantId } = await person("katherine@contoso.com");
    const { token, bundleId, environment } = device.channel;
    const signed = ["--bundle-id", String(bundleId), "--apns-environment", String(environment), "--tenant", tenantId];
    const entry = { installationId: crypto.randomUUID(), platform: "apns", pushChannel: token, userId: objectId };
    await broughtOver(device, { args: ["notification-hubs", ...signed], entry });
  });
};
