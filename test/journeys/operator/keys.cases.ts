import { expect, test } from "vitest";
import { secretsIn } from "../../../infra/local/secrets.ts";
import type { SubscribedDevice } from "../../support/stack-client.ts";
import type { OperatorStack } from "./operator-stack.ts";

const restartWithin = 45_000;

type Settings = Readonly<Record<string, string>>;

/** Both kinds of keys change; the stack is started anew with those that the commands made. */
export const keyCases = (operator: () => OperatorStack): void => {
  let device: SubscribedDevice;
  let fresh: Settings;
  const newKeys = async (kind: string, ...more: readonly string[]): Promise<Settings> => {
    const [{ settings = {} } = {}] = (await operator().json("keys", "new", kind, ...more)) as { settings?: Settings }[];
    return settings;
  };

  test(
    "started with new keys in front and the old ones behind, the service still rings who subscribed before, and counts tell who needs the old ones",
    { timeout: restartWithin },
    async () => {
      const here = operator();
      const { json } = here;
      device = await here.stack.device("ada@contoso.com");
      const old = await secretsIn(here.stack.stack.stateDir);
      fresh = { ...(await newKeys("vapid")), ...(await newKeys("data", "--id", "fresh")) };
      const both = {
        ...fresh,
        DATA_KEYS: `${fresh.DATA_KEYS ?? ""},${old.dataKey}`,
        VAPID_PREVIOUS_PUBLIC_KEY: old.vapid.publicKey,
        VAPID_PREVIOUS_PRIVATE_KEY: old.vapid.privateKey,
      };
      await here.restart(both);
      here.export(both);
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
      const { vapid } = await secretsIn(here.stack.stack.stateDir);
      await here.restart({
        ...fresh,
        VAPID_PREVIOUS_PUBLIC_KEY: vapid.publicKey,
        VAPID_PREVIOUS_PRIVATE_KEY: vapid.privateKey,
      });
      here.export({ DATA_KEYS: fresh.DATA_KEYS ?? "" });
      await here.stack.send("sealed with the new key", device);
      await here.stack.shows(device, ["sealed with the old key", "sealed with the new key"]);
    },
  );
};
