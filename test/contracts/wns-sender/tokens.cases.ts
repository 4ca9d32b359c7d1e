import { expect, test } from "vitest";
import {
  attemptOf,
  credentialsOf,
  entra,
  json,
  send,
  sender,
  senderUnderTest,
  service,
  startTokenEndpoint,
  statuses,
} from "./wns-under-test.ts";

/** The access tokens it is sent with, and the credential behind them. */
export const tokenCases = (): void => {
  test("an app of the Partner Center sends by its package SID", async () => {
    const { packageSid, clientSecret } = service.account;
    const legacy = senderUnderTest({ credentials: credentialsOf({ kind: "legacy", packageSid, clientSecret }) });
    expect(await send({}, legacy)).toEqual({ kind: "delivered" });
  });

  test("many sends at once ask for one token, and it serves until a little before its end", async () => {
    let issued = 0;
    const { sender: counting, requests } = await startTokenEndpoint((_request, response) => {
      response.writeHead(200).end(JSON.stringify({ access_token: `token-${++issued}`, expires_in: 100 }));
    });
    await Promise.all(Array.from({ length: 20 }, () => send({}, counting)));
    // Those that the local WNS refuses (it knows none of these tokens) ask for one more between them.
    expect(requests).toHaveLength(2);
    expect(Object.fromEntries(requests[0]!)).toEqual({
      grant_type: "client_credentials",
      client_id: service.account.clientId,
      client_secret: service.account.clientSecret,
      scope: "https://wns.windows.com/.default",
    });
  });

  test("a token that ended before its time is renewed once, and the push goes out", async () => {
    expect(await send()).toEqual({ kind: "delivered" });
    await service.control.addFault({ status: 401, count: 1 });
    expect(await send()).toEqual({ kind: "delivered" });
    const [first, refused, renewed] = (await service.control.received()).map(({ headers }) => headers.authorization);
    expect(refused).toBe(first);
    expect(renewed).not.toBe(first);
  });

  test("tokens that WNS goes on refusing are our misconfiguration, and are not asked for at every push", async () => {
    await service.control.addFault({ status: 401 });
    const sentence = {
      kind: "misconfigured",
      reason:
        "WNS_CREDENTIAL_DEFAULT: WNS refuses its tokens (401): has Microsoft linked the app registration to the Windows app?",
    };
    expect(await send()).toEqual(sentence);
    expect(await statuses()).toEqual([401, 401]);
    expect(await send()).toEqual(sentence); // with the second token, which is still the newest
    const tokens = (await service.control.received()).map(({ headers }) => headers.authorization);
    expect(tokens).toHaveLength(3);
    expect(new Set(tokens).size).toBe(2);
    await service.control.clearFaults();
    expect(await send()).toEqual({ kind: "delivered" });
  });

  test("an ended token costs no refused push: it is renewed before", async () => {
    await send();
    service.clock.now += 545_000; // of 600 s; the last tenth is for renewing
    await send();
    expect(await statuses()).toEqual([200, 200]);
    const [first, second] = (await service.control.received()).map(({ headers }) => headers.authorization);
    expect(second).not.toBe(first);
  });

  test("a wrong secret is our misconfiguration, told in a sentence without it, and nothing is sent", async () => {
    const wrong = senderUnderTest({ credentials: credentialsOf(entra({ clientSecret: "not-the-secret" })) });
    expect(await send({}, wrong)).toEqual({
      kind: "misconfigured",
      origin: "elsewhere",
      reason:
        "WNS_CREDENTIAL_DEFAULT: Microsoft gives no token for it (401 invalid_client AADSTS7000215): its clientSecret is not one of the app registration's: take the secret's value, not its id",
    });
    const stranger = senderUnderTest({ credentials: credentialsOf(entra({ clientId: crypto.randomUUID() })) });
    expect(await send({}, stranger)).toMatchObject({
      reason: expect.stringContaining("AADSTS700016): is its clientId"),
    });
    expect(await statuses()).toEqual([]);
  });

  test("a credential that is not set is told, and nobody is asked", async () => {
    expect(await send({ credential: "other" })).toEqual({
      kind: "misconfigured",
      origin: "elsewhere",
      reason: "set WNS_CREDENTIAL_OTHER",
    });
    expect(await statuses()).toEqual([]);
  });

  test("a token endpoint that fails makes all wait, and is left alone for a growing while", async () => {
    const failing = await startTokenEndpoint(json(503, {}, { "retry-after": "0" }));
    const outcome = { kind: "busy", origin: "elsewhere", reason: "503 from the token endpoint" };
    expect(await Promise.all([send({}, failing.sender), send({}, failing.sender)])).toMatchObject([outcome, outcome]);
    await send({}, failing.sender);
    expect(failing.requests).toHaveLength(1);
    service.clock.now += 1_000;
    await send({}, failing.sender);
    service.clock.now += 1_999;
    await send({}, failing.sender);
    expect(failing.requests).toHaveLength(2);
    service.clock.now += 1;
    await send({}, failing.sender);
    expect(failing.requests).toHaveLength(3);
  });

  test("the route is the channel's host in the credential's name", () => {
    expect(sender.routeOf(attemptOf())).toEqual({ origin: service.url, credential: "wns:default" });
  });
};
