import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ApnsCredential } from "../../../../shared/channels/apns/credential.ts";
import { providerTokens, tokenNameOf, type ProviderTokens } from "../../../../shared/channels/apns/provider-token.ts";
import { tableSharedTokens } from "../../../../shared/channels/shared-tokens.table.ts";
import type { SharedTokens, SignedToken } from "../../../../shared/channels/shared-tokens.ts";
import { milliseconds } from "../../../../shared/clock.ts";
import { dataCipher } from "../../../../shared/data-keys.ts";
import { Unavailable } from "../../../../shared/unavailable.ts";
import { memoryTable } from "../../../support/memory-table.ts";
import { now } from "../../samples.ts";

const { minute } = milliseconds;
const newPrivateKey = () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const credential: ApnsCredential = { teamId: "TEAM123456", keyId: "KEY1234567", privateKey: newPrivateKey() };

/** Instances that share one store and one clock. */
const world = () => {
  const clock = { at: now, now: () => clock.at };
  const cipher = dataCipher([{ id: "k", key: Buffer.alloc(32, 7) }]);
  const shared = tableSharedTokens({ tokens: memoryTable(), cipher, clock, pause: () => Promise.resolve() });
  const store = { isAway: false, finds: 0 };
  const tokens: SharedTokens = {
    find: async (name) => {
      store.finds += 1;
      if (store.isAway) throw new Unavailable("The table", { cause: undefined });
      return shared.find(name);
    },
    offer: async (...given) => {
      if (store.isAway) throw new Unavailable("The table", { cause: undefined });
      return shared.offer(...given);
    },
  };
  return { clock, store, instance: () => providerTokens({ tokens, clock }) };
};

test("a token serves 50 minutes without a look at the store, then another is signed", async () => {
  const { clock, store, instance } = world();
  const one = instance();
  const first = await one.of(credential);
  expect(store.finds).toBe(1);
  clock.at += 50 * minute - 1;
  expect(await one.of(credential)).toEqual(first);
  expect(store.finds).toBe(1);
  clock.at += 1;
  expect((await one.of(credential))?.signedAt).toBe(clock.at);
});

test("whoever asks at the same time gets the same token, from one look at the store", async () => {
  const { store, instance } = world();
  const one = instance();
  const got = await Promise.all(Array.from({ length: 50 }, () => one.of(credential)));
  expect(new Set(got.map((token) => token?.token)).size).toBe(1);
  expect(store.finds).toBe(1);
});

test("an instance whose clock is far ahead has the others use none of its tokens, and one that is set right signs at once", async () => {
  const { clock, instance } = world();
  const [ahead, right] = [instance(), instance()];
  clock.at = now + 4 * minute;
  const nearly = await ahead.of(credential);
  clock.at = now;
  expect(await right.of(credential)).toEqual(nearly);

  const other = { ...credential, keyId: "KEY7654321" };
  clock.at = now + 60 * minute;
  const wrong = await ahead.of(other);
  clock.at = now;
  expect((await right.of(other))?.signedAt).toBe(now);
  expect(await ahead.of(other)).toEqual(await right.of(other));
  expect(await ahead.of(other)).not.toEqual(wrong);
});

test("a token that Apple finds too old is replaced from 20 minutes on, and not before", async () => {
  const { clock, instance } = world();
  const one = instance();
  const token = (await one.of(credential))!;
  clock.at += 20 * minute - 1;
  expect(await one.insteadOf(credential, token)).toEqual({ kind: "too-new" });
  clock.at += 1;
  expect(await one.insteadOf(credential, token)).toMatchObject({ kind: "token", token: { signedAt: clock.at } });
  // To whoever is refused the old one a moment later the new one is given.
  expect(await one.insteadOf(credential, token)).toMatchObject({ kind: "token", token: { signedAt: clock.at } });
});

test("while the store is away a known token is used for 59 minutes, and a stale one cannot be replaced just now", async () => {
  const { clock, store, instance } = world();
  const one = instance();
  const token = (await one.of(credential))!;
  store.isAway = true;
  clock.at += 59 * minute - 1;
  expect(await one.of(credential)).toEqual(token);
  expect(await one.insteadOf(credential, token)).toEqual({ kind: "not-now" });
  clock.at += 1;
  expect(await one.of(credential)).toBeUndefined();
  expect(await instance().of(credential)).toBeUndefined();
});

test("while it rests an instance signs none, but takes what another signed", async () => {
  const { clock, instance } = world();
  const [one, two] = [instance(), instance()];
  const token = (await one.of(credential))!;
  clock.at += 50 * minute;
  one.rest(credential);
  expect(await one.of(credential)).toEqual(token);
  const newer = await two.of(credential);
  expect(newer).not.toEqual(token);
  expect(await one.of(credential)).toEqual(newer);
});

test("another key has a token of its own, be it under the same ids", () => {
  const others = [{ teamId: "TEAM999999" }, { keyId: "KEY9999999" }, { privateKey: newPrivateKey() }];
  const names = [{}, ...others].map((other) => tokenNameOf({ ...credential, ...other }));
  expect(new Set(names).size).toBe(4);
  expect(tokenNameOf({ ...credential })).toBe(names[0]);
});

type Act = {
  readonly minutes: number;
  readonly acts: readonly (readonly [number, "ask" | "refused" | "rest" | "restart" | "away" | "back"])[];
};

test("whatever instances do, and are answered, no two tokens of a key are less than 20 minutes apart, and none is too old", async () => {
  const act = fc.constantFrom("ask", "ask", "refused", "refused", "rest", "restart", "away", "back");
  const acts = fc.array(fc.tuple(fc.nat(2), act), { minLength: 1, maxLength: 6 });
  const story: fc.Arbitrary<Act[]> = fc.array(fc.record({ minutes: fc.nat(30), acts }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(story, async (moments) => {
      const { clock, store, instance } = world();
      const instances = [instance(), instance(), instance()];
      const used = new Map<string, SignedToken>();
      const use = (token: SignedToken | undefined): SignedToken | undefined => {
        if (token) used.set(token.token, token);
        if (token) expect(clock.at - token.signedAt).toBeLessThan(60 * minute);
        return token;
      };
      const perform = async (one: ProviderTokens, what: Act["acts"][number][1], index: number): Promise<void> => {
        if (what === "rest") one.rest(credential);
        if (what === "restart") instances[index] = instance();
        if (what === "away" || what === "back") store.isAway = what === "away";
        const token = what === "ask" || what === "refused" ? use(await one.of(credential)) : undefined;
        if (what !== "refused" || !token) return;
        const instead = await one.insteadOf(credential, token);
        if (instead.kind === "token") use(instead.token);
      };
      for (const { minutes, acts: together } of moments) {
        clock.at += minutes * minute;
        await Promise.all(together.map(([index, what]) => perform(instances[index]!, what, index)));
      }
      const times = [...used.values()].map(({ signedAt }) => signedAt).sort((a, b) => a - b);
      for (const [index, time] of times.slice(1).entries())
        expect(time - times[index]!).toBeGreaterThanOrEqual(20 * minute);
    }),
    { numRuns: 60 },
  );
});
