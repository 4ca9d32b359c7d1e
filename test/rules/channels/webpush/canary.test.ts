import fc from "fast-check";
import { expect, test } from "vitest";
import type { ChannelSender } from "../../../../shared/channels/channel.ts";
import { canaryEndpoint, withCanary } from "../../../../shared/channels/webpush/canary.ts";
import { webPushSender } from "../../../../shared/channels/webpush/webpush.http.ts";
import { addressFault } from "../../../../shared/subscription/parse-channel.ts";
import { endpointFault, knownPushHosts } from "../../../../shared/subscription/push-hosts.ts";
import { browserKeys, notificationWith, now, subscriptionWith } from "../../samples.ts";

/** A sender whose every request would fail loudly, for it goes to nobody's host. */
const webPush = (): ChannelSender =>
  webPushSender({
    clock: { now: () => now },
    vapid: {
      publicKey: "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs",
      privateKey: "lvAzCn6CkK_DEmbGwfRgy3Sl8D4qbWGXz2lvUeJJbbE",
      subject: "mailto:operator@contoso.com",
    },
  });
const attemptAt = (endpoint: string, kind: "content" | "tap" = "content") => ({
  kind,
  notification: notificationWith(),
  subscription: subscriptionWith({ channel: { kind: "webpush", endpoint, keys: browserKeys } }),
  credential: "default",
  isRepeat: false,
});

test("the canary's content is delivered without a request, and on a route that no push service has", async () => {
  const inner = webPush();
  const sender = withCanary({ ...inner, send: () => Promise.reject(new Error("a request was made")) });
  const canary = attemptAt(canaryEndpoint("a"));
  expect(await sender.send(canary)).toEqual({ kind: "delivered" });
  const browser = attemptAt("https://fcm.googleapis.com/fcm/send/abc");
  expect(sender.routeOf(canary)).toEqual({ origin: "https://canary.fanfare.invalid", credential: "canary" });
  expect(sender.routeOf(browser)).toEqual(inner.routeOf(browser));
  await sender.close();
});

test("what cannot be composed is not delivered, to the canary either; and it is never tapped", async () => {
  const sender = withCanary(webPush());
  const broken = withCanary({ ...sender, compose: () => undefined });
  expect(await broken.send(attemptAt(canaryEndpoint("a")))).toMatchObject({ kind: "rejected" });
  expect(await sender.send(attemptAt(canaryEndpoint("a"), "tap"))).toMatchObject({ kind: "rejected" });
  await sender.close();
});

test.each([
  "https://canary.fanfare.invalid.evil.example/",
  "https://evil.example/?https://canary.fanfare.invalid",
  "https://canary.fanfare.invalid:8443/",
  "https://canary.fanfare.invalid./",
  "http://canary.fanfare.invalid/",
])("%s is not the canary: it is the sender's own business", async (endpoint) => {
  const asked: string[] = [];
  const inner: ChannelSender = {
    ...webPush(),
    send: ({ subscription: { channel } }) => {
      asked.push(channel?.kind === "webpush" ? channel.endpoint : "");
      return Promise.resolve({ kind: "gone" });
    },
  };
  expect(await withCanary(inner).send(attemptAt(endpoint))).toEqual({ kind: "gone" });
  expect(asked).toEqual([endpoint]);
});

test("no client can subscribe the canary, whatever hosts the settings allow", () => {
  const name = fc.constantFrom(
    ...["*", ".", ".invalid", ".fanfare.invalid", "canary.fanfare.invalid", ".canary.fanfare.invalid", ""],
    ...knownPushHosts,
  );
  const written = fc.constantFrom(
    ...["https://canary.fanfare.invalid/a", "HTTPS://CANARY.Fanfare.Invalid/a", "https://canary.fanfare.invalid:443/"],
    "https://canary.fanfare.invalid?x",
  );
  const extra = fc.array(fc.constantFrom("canary.fanfare.invalid:443", "canary.fanfare.invalid:"));
  fc.assert(
    fc.property(fc.array(name), extra, written, (allowed, extras, endpoint) => {
      const hosts = { allowed, extra: extras };
      expect(endpointFault(endpoint, hosts)).toBe("must be at a push service this server knows");
      expect(addressFault("WebPush", { endpoint }, hosts)).toMatchObject({ target: "channel.endpoint" });
      expect(addressFault("Windows", { uri: endpoint }, hosts)).toMatchObject({ target: "channel.uri" });
    }),
  );
});
