import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type { Patient } from "../../../infra/ops/doctor/check.ts";
import { dataKeysCheck } from "../../../infra/ops/doctor/checks/data-keys.ts";
import { filled } from "../../../infra/ops/doctor/settings.ts";
import { dataCipher, type DataKey } from "../../../shared/data-keys.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import { rowOf, subscriptionFrom } from "../../../shared/subscription/subscription-row.ts";
import type { SubscriptionId, Unsid } from "../../../shared/subscription/subscription.ts";
import { subscriptionDraftOf } from "../../contracts/feed/samples.ts";
import { memoryTable } from "../../support/memory-table.ts";

const keyOf = (id: string): DataKey => ({ id, key: randomBytes(32) });
const [fresh, old, lost] = [keyOf("k2"), keyOf("k1"), keyOf("k0")];

/** Devices that are sealed so, each ending in an hour unless said otherwise. */
const foundOf = async (
  keys: readonly [DataKey, ...DataKey[]],
  sealedWith: readonly DataKey[],
  endsInMs = 3_600_000,
) => {
  const feeds = memoryTable();
  for (const [index, key] of sealedWith.entries()) {
    const subscription = subscriptionFrom(subscriptionDraftOf(), `${index}` as SubscriptionId, Date.now() + endsInMs);
    const row = rowOf(`feed${index % 7}` as FeedKey, subscription, `unsid${index}` as Unsid, dataCipher([key]));
    await feeds.write({ kind: "put", row });
  }
  const [found] = await dataKeysCheck.look(
    {
      config: { dataKeys: keys },
      settings: { config: undefined, faults: [], references: [] },
      connection: { tables: () => ({ feeds }) },
    } as unknown as Patient,
    new AbortController().signal,
  );
  return found;
};
const times = (count: number, key: DataKey): readonly DataKey[] => Array<DataKey>(count).fill(key);

test("where all opens, that and the keys' parts are told; where nothing is stored, that", async () => {
  expect(await foundOf([fresh, old], [fresh, old, old])).toEqual({
    verdict: "ok",
    sentence: "k2 seals, k1 opens what is older. All 3 subscriptions open.",
  });
  expect(await foundOf([fresh], [])).toMatchObject({
    verdict: "ok",
    sentence: expect.stringContaining("No subscription"),
  });
});

test("one that opens proves nothing of the others: how many do not is told, with the key that is missing and the cure", async () => {
  expect(await foundOf([fresh, old], [...times(9, fresh), ...times(3, lost)])).toEqual({
    verdict: "wrong",
    sentence:
      "Of 12 subscriptions 9 open and 3 do not: they are sealed with k0, which DATA_KEYS lacks. Such devices get no push until they renew.",
    cure: expect.stringMatching(/put the lost key back.*keys data/),
  });
  const another = { ...keyOf("k1") };
  expect((await foundOf([fresh, another], [fresh, old]))?.sentence).toContain("the k1 of DATA_KEYS is another key");
  expect((await foundOf([another], [old]))?.sentence).toMatch(/^DATA_KEYS is not the service's: none of 1 /);
});

test("a device that has ended is nobody's any more, and of very many the first thousand are looked at", async () => {
  expect(await foundOf([fresh], [lost], -1)).toMatchObject({ verdict: "ok" });
  expect((await foundOf([fresh], times(1_200, fresh)))?.sentence).toBe(
    "k2 seals. Of the first 1000 subscriptions all open.",
  );
});

test("the environment gives values of references alone, so that a setting of another time changes nothing", () => {
  const reference = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/x)";
  const settings = { DATA_KEYS: reference, VAPID_PRIVATE_KEY: reference, VAPID_PUBLIC_KEY: "now", BACKLOG_LIMIT: "5" };
  const shell = { DATA_KEYS: "k1:secret", VAPID_PRIVATE_KEY: "", VAPID_PUBLIC_KEY: "yesterday", OTHER: "x" };
  expect(filled(settings, shell)).toEqual({ ...settings, DATA_KEYS: "k1:secret" });
});
