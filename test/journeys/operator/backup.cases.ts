import { stat } from "node:fs/promises";
import { expect, test } from "vitest";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import { unsidPlaceOf } from "../../../shared/subscription/subscription-row.ts";
import type { SubscribedDevice } from "../../support/stack-client.ts";
import { until } from "../../support/until.ts";
import type { OperatorStack } from "./operator-stack.ts";

const user = "mary@contoso.com";

/** What is kept for a bad day, and the bad day. */
export const backupCases = (operator: () => OperatorStack) => {
  let device: SubscribedDevice;
  const file = (): string => operator().file("backup.jsonl.gz");
  const post = async (rawContent: string): Promise<number> => {
    const { status } = await operator().stack.post({ payload: { rawContent } }, { unsid: device.unsid });
    return status;
  };
  /** All rows of a user at the first app, as an operator's slip with a storage tool takes them. */
  const lose = async (): Promise<void> => {
    const here = operator();
    const { feeds, unsids } = here.tables;
    const partitionKey = feedKeyOf(await here.person(user), here.stack.stack.apps[0]!.hostName);
    for await (const { rowKey } of feeds.range(partitionKey, "", "~"))
      await feeds.write({ kind: "delete", partitionKey, rowKey });
    await unsids.write({ kind: "delete", ...unsidPlaceOf(device.unsid) });
  };

  return {
    isMade: (): void => {
      test("a backup is made while the service goes on, into a file that its owner alone may read", async () => {
        const { stack, json } = operator();
        device = await stack.device(user);
        const [told] = await json("backup", "export", "--out", file());
        expect((await stat(file())).mode & 0o777).toBe(0o600);
        expect(told).toMatchObject({ file: file(), leftOut: 0 });
      });
    },

    isPutBack: (): void => {
      test("rows that were lost are put back: the old UNSID is good again, and the device rings", async () => {
        const { stack, json } = operator();
        await lose();
        await until(async () => (await post("lost")) === 403, { what: "nobody knows the UNSID" });
        const [told] = await json("backup", "restore", file(), "--yes");
        // Who was erased since had two devices, and an app was removed.
        expect(told).toMatchObject({ outcome: "restored", refused: 0, leftOut: 2 + 1 });
        expect(told?.puts).toMatchObject({ subscription: { restored: 1 }, unsid: { restored: 1 } });
        expect(await post("found")).toBe(201);
        await stack.shows(device, ["found"]);
      });

      test("once epochs are renewed, a client that knew more than the tables is told to start over, and devices ring on", async () => {
        const { stack, json } = operator();
        const { httpUrl, apps } = stack.stack;
        const headers = { authorization: `Bearer ${await stack.token({ user })}` };
        const page = await fetch(`${httpUrl}/beta/me/notifications/delta?targetHostName=${apps[0]!.hostName}`, {
          headers,
        });
        const { "@odata.deltaLink": link } = (await page.json()) as { readonly "@odata.deltaLink": string };
        expect((await fetch(link, { headers })).status).toBe(200);
        expect(await json("backup", "renew-epochs", "--yes")).toMatchObject([{ outcome: "renewed" }]);
        expect((await fetch(link, { headers })).status).toBe(410);
        expect(await post("and on")).toBe(201);
        await stack.shows(device, ["found", "and on"]);
      });
    },
  };
};
