import type { ClientHttp2Session } from "node:http2";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import { pusher, startLocalApns, type LocalApns } from "./local-apns.ts";

let apns: LocalApns;
let phone: NewDevice;
let session: ClientHttp2Session;

beforeAll(async () => {
  apns = await startLocalApns();
  phone = await apns.control.createDevice();
});
afterAll(() => apns.stop());
beforeEach(() => {
  session = apns.connect();
});

const minuteMs = 60_000;
const answerTo = async (providerToken: string): Promise<unknown> => {
  const { status, body } = await pusher(session, providerToken)(phone);
  return body === undefined ? status : body;
};

test("a provider token is good for an hour and no longer", async () => {
  const providerToken = await apns.providerToken();
  apns.clock.now += 60 * minuteMs - 1_000;
  expect(await answerTo(providerToken)).toBe(200);
  apns.clock.now += 2_000;
  expect(await answerTo(providerToken)).toEqual({ reason: "ExpiredProviderToken" });
});

test("a connection changes its provider token once, and then not again for 20 minutes", async () => {
  const [first, second, third] = await Promise.all([1, 2, 3].map((jti) => apns.providerToken({ jti: String(jti) })));
  for (const providerToken of [first!, second!, first!]) expect(await answerTo(providerToken)).toBe(200);
  expect(await answerTo(third!)).toEqual({ reason: "TooManyProviderTokenUpdates" });
  expect(await answerTo(second!)).toBe(200);
  apns.clock.now += 20 * minuteMs;
  expect(await answerTo(third!)).toBe(200);
});

test("provider tokens that are not valid count as well, and another connection has its own count", async () => {
  const wrong = await Promise.all([1, 2].map((jti) => apns.providerToken({ iss: "ABCDEFGHJK", jti: String(jti) })));
  for (const providerToken of wrong) expect(await answerTo(providerToken)).toEqual({ reason: "InvalidProviderToken" });
  const right = await apns.providerToken();
  const refused = await pusher(session, right)(phone);
  expect(refused).toMatchObject({ status: 429, body: { reason: "TooManyProviderTokenUpdates" } });
  session = apns.connect();
  expect(await answerTo(right)).toBe(200);
});

test("the limit can be lifted, for tests that sign many", async () => {
  expect(await apns.call("POST", "/_tokens", { limitUpdates: false })).toMatchObject({ json: { limitUpdates: false } });
  for (const jti of ["1", "2", "3"]) expect(await answerTo(await apns.providerToken({ jti }))).toBe(200);
  await apns.call("POST", "/_tokens", { limitUpdates: true });
  expect(await apns.call("GET", "/_tokens")).toEqual({ status: 200, json: { limitUpdates: true } });
});
