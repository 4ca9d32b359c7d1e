import { expect, test } from "vitest";
import {
  content,
  device,
  notificationOf,
  send,
  sender,
  senderUnderTest,
  service,
  startTls,
  subscriptionOf,
} from "./sender-under-test.ts";

/** Where a push never goes. */
export const egressCases = (): void => {
  test.each([301, 302, 307, 308])(
    "a redirect (%i) is not followed, lest our credential go somewhere unchecked",
    async (status) => {
      let visits = 0;
      const elsewhere = await startTls((_request, response) => {
        visits += 1;
        response.writeHead(201).end();
      });
      const extra = { hosts: [new URL(service.url).host, elsewhere.host], ca: service.ca + elsewhere.ca };
      await service.control.addFault({ status, headers: { location: `https://${elsewhere.host}/push/x` } });
      expect(await send({}, senderUnderTest({ extra }))).toMatchObject({ kind: "misconfigured" });
      expect(visits).toBe(0);
    },
  );

  test.each(["127.0.0.1", "localhost", "[::1]"])(
    "an endpoint that leads inside (%s) is told nothing, and keeps only its own pushes waiting",
    async (hostname) => {
      const inside = await startTls((_request, response) => response.writeHead(201).end());
      const endpoint = `https://${hostname}:${inside.port}/push/secret`;
      const outcome = await sender.send({
        ...content,
        notification: notificationOf(),
        subscription: subscriptionOf({ channel: { ...device.channel, endpoint } }),
      });
      // Not `misconfigured`: that would hold back everybody's pushes. Not `rejected`: DNS may be wrong for an hour.
      expect(outcome).toEqual({ kind: "busy", origin: "silent", reason: "ADDRESS_NOT_PERMITTED" });
      expect(inside.visits()).toBe(0);
    },
  );

  test("a redirect to a forbidden place is our misconfiguration, and nobody goes there", async () => {
    const inside = await startTls((_request, response) => response.writeHead(201).end());
    await service.control.addFault({ status: 307, headers: { location: `https://${inside.host}/push/x` } });
    expect(await send()).toMatchObject({ kind: "misconfigured" });
    expect(inside.visits()).toBe(0);
  });

  test.each([
    ["listed among the extra hosts, whose CA is another", true],
    ["not listed, so that it would have to be on the public internet", false],
  ])("a service of an unknown place or CA, %s, is told nothing", async (_, isListed) => {
    let visits = 0;
    const stranger = await startTls((_request, response) => {
      visits += 1;
      response.writeHead(201).end();
    });
    const extra = { hosts: isListed ? [stranger.host] : [], ca: isListed ? service.ca : stranger.ca };
    const wary = senderUnderTest({ extra });
    const outcome = await wary.send({
      ...content,
      notification: notificationOf(),
      subscription: stranger.subscription,
    });
    expect(outcome).toMatchObject({ kind: "busy" });
    expect(JSON.stringify(outcome)).not.toContain("secret");
    expect(visits).toBe(0);
  });
};
