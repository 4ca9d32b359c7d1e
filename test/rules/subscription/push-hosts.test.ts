import fc from "fast-check";
import { expect, test } from "vitest";
import {
  endpointFault,
  knownPushHosts,
  publicPushHost,
  toldPushHost,
} from "../../../shared/subscription/push-hosts.ts";

const hosts = { allowed: knownPushHosts, extra: [] };

test.each([
  "https://fcm.googleapis.com/fcm/send/abc:def",
  "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
  "https://eu.push.services.mozilla.com/wpush/v2/gAAA",
  "https://db5.notify.windows.com/w/?token=abc",
  "https://web.push.apple.com/QAbc",
  "https://fcm.googleapis.com:443/fcm/send/abc",
  "HTTPS://FCM.GoogleAPIs.com/fcm/send/abc",
  "https://fcm.googleapis.com?x=@y",
  "https://fcm.googleapis.com",
])("%s is at a push service", (endpoint) => {
  expect(endpointFault(endpoint, hosts)).toBeUndefined();
});

const notHttps = "must be an https URL";
const credentials = "must not hold credentials";
const port = "must use port 443";
const notPlain = "must begin with https:// and its host, plainly written";
const unknown = "must be at a push service this server knows";

test.each([
  ["http://fcm.googleapis.com/fcm/send/abc", notHttps],
  ["wss://fcm.googleapis.com/", notHttps],
  ["javascript:alert(1)", notHttps],
  ["data:text/plain,https://fcm.googleapis.com/", notHttps],
  ["file:///etc/passwd", notHttps],
  ["//fcm.googleapis.com/x", notHttps],
  ["fcm.googleapis.com/x", notHttps],
  ["https://", notHttps],
  ["https://fcm.googleapis.com:99999/", notHttps],
  ["", notHttps],
  ["https://user@fcm.googleapis.com/", credentials],
  ["https://user:password@fcm.googleapis.com/", credentials],
  ["https://:password@fcm.googleapis.com/", credentials],
  ["https://fcm.googleapis.com%2f@127.0.0.1/", credentials],
  ["https://@fcm.googleapis.com/", credentials],
  ["https://:@fcm.googleapis.com/", credentials],
  ["https:/fcm.googleapis.com/", notPlain],
  ["https:fcm.googleapis.com/", notPlain],
  ["https:///fcm.googleapis.com/", notPlain],
  ["https:/\\fcm.googleapis.com/", notPlain],
  ["https:\\\\fcm.googleapis.com/", notPlain],
  ["https://fcm.googleapis.com\\x", notPlain],
  ["https://fcm.googleapis.com\\.evil.example/", notPlain],
  ["https://fcm.googleapis.com\\@evil.example/", credentials],
  ["https://fcm.goo\tgleapis.com/", notPlain],
  ["https://fcm.googleapis.com\n/", notPlain],
  [" https://fcm.googleapis.com/", notPlain],
  ["https://ｆcm.googleapis.com/", notPlain],
  ["https://fcm。googleapis.com/", notPlain],
  ["https://fcm%2egoogleapis.com/", notPlain],
  ["https://fcm.google\u00adapis.com/", notPlain],
  ["https://fcm.googleapis.com:/", notPlain],
  ["https://fcm.googleapis.com:0443/", notPlain],
  ["https://.notify.windows.com/", unknown],
  ["https://fcm.googleapis.com:8443/", port],
  ["https://fcm.googleapis.com:80/", port],
  ["https://127.0.0.1:22/", port],
  ["https://127.0.0.1/a.google.com/", unknown],
  ["https://127.0.0.1/fcm.googleapis.com", unknown],
  ["https://127.0.0.1/?x=.notify.windows.com", unknown],
  ["https://127.0.0.1/#.notify.windows.com", unknown],
  ["https://127.0.0.1\\.notify.windows.com/", notPlain],
  ["https://evilnotify.windows.com/", unknown],
  ["https://notify.windows.com/", unknown],
  ["https://notify.windows.com.evil.example/", unknown],
  ["https://evilfcm.googleapis.com/", unknown],
  ["https://evil.fcm.googleapis.com/", unknown],
  ["https://googleapis.com/", unknown],
  ["https://fcm.googleapis.com./", unknown],
  ["https://db5.notify.windows.com./", unknown],
  ["https://fcm.googleapis.com.evil.example/", unknown],
  ["https://localhost/", unknown],
  ["https://127.1/", notPlain],
  ["https://2130706433/", notPlain],
  ["https://0x7f000001/", notPlain],
  ["https://0177.0.0.1/", notPlain],
  ["https://[::1]/", unknown],
  ["https://[::ffff:127.0.0.1]/", notPlain],
  ["https://169.254.169.254/metadata", unknown],
  ["https://168.63.129.16/", unknown],
  ["https://fcm.googleapıs.com/", notPlain],
  ["https://fсm.googleapis.com/", notPlain],
  ["https://xn--bcher-kva.notify.windows.com.example/", unknown],
])("%s is refused: it %s", (endpoint, fault) => {
  expect(endpointFault(endpoint, hosts)).toBe(fault);
});

test("what is accepted is asked over https at port 443 of an allowed host, whatever the rest looks like", () => {
  const pieces = fc.constantFrom(
    ...["https://", "http://", "fcm.googleapis.com", ".notify.windows.com", "127.0.0.1", "localhost", "evil.example"],
    ...["/", "\\", "@", ":", ":443", ":80", "?", "#", ".", "%2e", "%00", "\t", " ", "a", "[::1]", "。", "xn--"],
  );
  const made = fc.array(pieces, { minLength: 1, maxLength: 7 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(
      fc.oneof(
        made,
        fc.string().map((text) => `https://${text}`),
      ),
      (endpoint) => {
        if (endpointFault(endpoint, hosts) !== undefined) return;
        const { protocol, hostname, port: used, username, password } = new URL(endpoint);
        expect({ protocol, used, username, password }).toEqual({
          protocol: "https:",
          used: "",
          username: "",
          password: "",
        });
        expect(endpoint.toLowerCase().startsWith(`https://${hostname}`)).toBe(true);
        expect(hostname).toMatch(/^(fcm\.googleapis\.com|.*\.notify\.windows\.com)$/);
      },
    ),
    { numRuns: 500 },
  );
});

test("a developer's own push service is taken with its very port, and nothing else there", () => {
  const local = { allowed: knownPushHosts, extra: ["127.0.0.1:7073", "push.local:443"] };
  expect(endpointFault("https://127.0.0.1:7073/p/abc", local)).toBeUndefined();
  expect(endpointFault("https://push.local/p/abc", local)).toBeUndefined();
  expect(endpointFault("https://push.local:443/p/abc", local)).toBeUndefined();
  expect(endpointFault("https://127.1:7073/p/abc", local)).toBe(notPlain);
  expect(endpointFault("https://127.0.0.1:7074/", local)).toBe(port);
  expect(endpointFault("https://127.0.0.1/", local)).toBe(unknown);
  expect(endpointFault("http://127.0.0.1:7073/", local)).toBe(notHttps);
  expect(endpointFault("https://user@127.0.0.1:7073/", local)).toBe(credentials);
});

test.each([
  ["https://fcm.googleapis.com/fcm/send/secret", "fcm.googleapis.com", "fcm.googleapis.com"],
  ["https://db5p.notify.windows.com/?token=secret", "db5p.notify.windows.com", "db5p.notify.windows.com"],
  ["https://web.push.apple.com/secret", "web.push.apple.com", "web.push.apple.com"],
  ["https://a-text-of-the-subscribers-own.notify.windows.com/x", "*.notify.windows.com", "*.notify.windows.com"],
  ["https://a.text.of.its.own.push.apple.com/x", "*.push.apple.com", "*.push.apple.com"],
  ["https://push.contoso.com/secret", undefined, "push.contoso.com"],
  [`https://${"a".repeat(60)}.contoso.com/x`, undefined, `*${"a".repeat(52)}.contoso.com`],
  ["no address", undefined, ""],
])("of %s a span names %s and an alarm %s: never a path, nor a name that a subscriber made up", (url, inSpan, told) => {
  expect([publicPushHost(url), toldPushHost(url)]).toEqual([inSpan, told]);
});
