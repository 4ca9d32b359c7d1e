import { expect, test } from "vitest";
import { servedAsFarAsKnown } from "../../../infra/ops/served.ts";

const iPhone = { channel: { kind: "apns" as const }, channelTag: "iphone" };
const left = { channel: null, channelTag: "left" };
const nothing = { devices: [iPhone, left], entries: {} };
const connection = { TablesConnection__endpoint: "https://contoso.table.core.windows.net" };
const settings = { ...connection, DATA_KEYS: "k1:…", FCM_CREDENTIAL_DEFAULT: "{}", WNS_CREDENTIAL_DEFAULT: "" };

test("with all the app's settings, a platform without a credential is not served", () => {
  const isServed = servedAsFarAsKnown(settings, nothing);
  expect((["webpush", "fcm", "apns", "wns"] as const).map(isServed)).toEqual([true, true, false, false]);
});

test("what an operator's environment does not have says nothing, nor does any on a laptop, whose stack serves all", () => {
  for (const env of [connection, { ...connection, FCM_CREDENTIAL_DEFAULT: "{}" }, {}, { DATA_KEYS: "k1:…" }]) {
    expect(servedAsFarAsKnown(env, nothing)("apns")).toBe(true);
  }
});

test("a device of the platform that the ledger tells of proves that it is served", () => {
  const isServed = (entries: Readonly<Record<string, unknown>>) =>
    servedAsFarAsKnown(settings, { devices: [iPhone, left], entries });
  const proved = isServed({ iphone: {}, left: {}, gone: {} });
  expect([proved("apns"), proved("wns")]).toEqual([true, false]);
  expect(isServed({ left: {}, gone: {} })("apns")).toBe(false);
});
