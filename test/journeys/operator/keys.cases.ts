import { expect, test } from "vitest";
import { secretsIn } from "../../../infra/local/secrets.ts";
import type { SubscribedDevice } from "../../support/stack-client.ts";
import type { OperatorStack } from "./operator-stack.ts";

const restartWithin = 45_000;

type Settings = Readonly<Record<string, string>>;

/** Both kinds of keys change; the stack is started anew with those that the commands made. */
export const keyCases = (operator: () => OperatorStack): void => {
  let device: SubscribedDevice;
  let rotated: Settings;
  /** A step of the runbook's: the value from pipe to pipe. */
  const turned = async (value: string, ...turn: readonly string[]): Promise<string> =>
    (await operator().piped(`${value}\n`, "keys", "turn", ...turn)).stdout.trimEnd();
  const namesIn = async (value: string) => (await operator().piped(value, "keys", "ids")).stdout;

  test(
    "started with new keys in front and the old ones behind, the service still rings who subscribed before, and counts tell who needs the old ones",
    { timeout: restartWithin },
    async () => {
      const here = operator();
      const { json } = here;
      device = await here.stack.device("ada@contoso.com");
      const old = await secretsIn(here.stack.stack.stateDir);
      const [{ settings = {} } = {}] = (await json("keys", "new", "vapid")) as { settings?: Settings }[];
      expect((await json("keys", "new", "data"))[0]).toHaveProperty("settings.DATA_KEYS");
      const behind = await turned(old.dataKey, "add", "--id", "fresh");
      expect(await namesIn(behind)).toBe("k1 seals\nfresh opens what is older\n");
      rotated = {
        DATA_KEYS: await turned(behind, "front", "fresh"),
        VAPID_PUBLIC_KEY: settings.VAPID_PUBLIC_KEY ?? "",
        VAPID_PREVIOUS_PUBLIC_KEY: old.vapid.publicKey,
        // Only the public keys are changed for one another: each finds its private key where that stood before.
        VAPID_PRIVATE_KEY: old.vapid.privateKey,
        VAPID_PREVIOUS_PRIVATE_KEY: settings.VAPID_PRIVATE_KEY ?? "",
      };
      await here.restart(rotated);
      here.export(rotated);
      await here.stack.send("sealed with the old key", device);
      await here.stack.shows(device, ["sealed with the old key"]);
      const [vapid] = await json("keys", "vapid");
      expect(vapid).toMatchObject({ mayRemovePrevious: false });
      expect(vapid?.value).toContainEqual(expect.objectContaining({ role: "previous" }));
      const [data] = await json("keys", "data");
      expect(data).toMatchObject({ mayRemove: [] });
      expect(data?.value).toContainEqual(expect.objectContaining({ keyId: "k1", role: "older" }));
    },
  );

  test(
    "resealed, everything opens with the new data key alone: the service runs without the old one, and the device rings",
    { timeout: restartWithin },
    async () => {
      const here = operator();
      expect(await here.json("keys", "reseal", "--yes")).toMatchObject([
        { outcome: "resealed", keyId: "fresh", left: 0 },
      ]);
      expect(await here.json("keys", "data")).toMatchObject([{ mayRemove: ["k1"] }]);
      const DATA_KEYS = await turned(rotated.DATA_KEYS ?? "", "drop", "k1");
      await here.restart({ ...rotated, DATA_KEYS });
      here.export({ DATA_KEYS });
      await here.stack.send("sealed with the new key", device);
      await here.stack.shows(device, ["sealed with the old key", "sealed with the new key"]);
    },
  );
};
