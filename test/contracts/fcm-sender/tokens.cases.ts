import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import { tokenOf } from "../fcm-service/local-service.ts";
import {
  credentialsOf,
  inPlaceOfGoogle,
  otherKey,
  phone,
  send,
  sender,
  senderUnderTest,
  service,
  settingsOf,
  subscriptionOf,
} from "./fcm-under-test.ts";

/** The access tokens it is sent with, and the credential behind them. */
export const tokenCases = (): void => {
  test("many deliveries at once share one token, and what is told of the route is no secret", async () => {
    const outcomes = await Promise.all(Array.from({ length: 40 }, () => send()));
    expect(outcomes.every(({ kind }) => kind === "delivered")).toBe(true);
    const received = await service.control.received();
    expect(new Set(received.map(({ headers }) => headers.authorization)).size).toBe(1);
    const route = sender.routeOf({ subscription: subscriptionOf(), credential: "default" });
    expect(route).toEqual({ origin: service.url, credential: "fcm:default" });
  });

  test("a refused access token is asked for anew, once", async () => {
    const other = senderUnderTest();
    await service.control.addFault({ status: 401, count: 1 });
    expect(await send({}, other)).toEqual({ kind: "delivered" });
    const [refused, accepted] = await service.control.received();
    expect([refused?.status, accepted?.status]).toEqual([401, 200]);
    expect(accepted?.headers.authorization).not.toBe(refused?.headers.authorization);
  });

  test("an access token that is refused again is our misconfiguration, with what to look at", async () => {
    const other = senderUnderTest();
    const reason = expect.stringMatching(/^FCM_CREDENTIAL_DEFAULT: .* \(403\).*API enabled/);
    await service.control.addFault({ status: 403 });
    expect(await send({}, other)).toEqual({ kind: "misconfigured", reason });
    expect(await service.control.received()).toHaveLength(2);
    // Nor does the next delivery ask for yet another.
    expect(await send({}, other)).toEqual({ kind: "misconfigured", reason });
    expect(await service.control.received()).toHaveLength(3);
  });

  test("an access token serves until shortly before its end, then another is asked for in time", async () => {
    const other = senderUnderTest();
    await send({}, other);
    service.clock.now += 50 * milliseconds.minute;
    await send({}, other);
    service.clock.now += 8 * milliseconds.minute;
    expect(await send({}, other)).toEqual({ kind: "delivered" });
    const received = await service.control.received();
    expect(received.map(({ status }) => status)).toEqual([200, 200, 200]);
    const [first, second, third] = received.map(({ headers }) => headers.authorization);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });
  test.each([
    ["no credential of that name", () => ({}), /^set FCM_CREDENTIAL_DEFAULT: /, { origin: "elsewhere" }],
    [
      "no service account's file",
      () => ({ FCM_CREDENTIAL_DEFAULT: "{}" }),
      /^FCM_CREDENTIAL_DEFAULT must be the JSON file/,
      { origin: "elsewhere" },
    ],
    [
      "a key that was withdrawn",
      () => settingsOf({ ...service.account, privateKey: otherKey }),
      /^FCM_CREDENTIAL_DEFAULT: Google gives no token for it \(400 invalid_grant\): /,
      { origin: "elsewhere" },
    ],
    [
      "another project's id",
      () => settingsOf({ ...service.account, projectId: "elsewhere" }),
      /^FCM_CREDENTIAL_DEFAULT: .*404 NOT_FOUND.*project_id/,
      {},
    ],
  ])("%s is our misconfiguration, and says what to mend without a secret", async (_what, env, sentence, whence) => {
    const outcome = await send({}, senderUnderTest({ credentials: credentialsOf(env()) }));
    expect(outcome).toEqual({ kind: "misconfigured", reason: expect.stringMatching(sentence), ...whence });
    for (const secret of [tokenOf(phone), "PRIVATE KEY", "ya29."])
      expect(JSON.stringify(outcome)).not.toContain(secret);
  });

  test("a rotated credential serves as soon as it is set, with a token of its own", async () => {
    const wrong = senderUnderTest({
      credentials: credentialsOf(settingsOf({ ...service.account, privateKey: otherKey })),
    });
    expect(await send({}, wrong)).toMatchObject({ kind: "misconfigured" });
    expect(await send({}, senderUnderTest())).toEqual({ kind: "delivered" });
  });

  test("a token endpoint that fails is busy, and no push is sent", async () => {
    const failing = await inPlaceOfGoogle((_request, response) => response.writeHead(503).end("<html>"));
    const credentials = credentialsOf(settingsOf(service.account), `${failing.url}/token`);
    const outcome = await send({}, senderUnderTest({ credentials, extra: failing.extra }));
    expect(outcome).toMatchObject({ kind: "busy", origin: "elsewhere" });
    expect(await service.control.received()).toEqual([]);
  });
};
