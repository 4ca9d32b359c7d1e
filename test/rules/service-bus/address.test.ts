import { expect, test } from "vitest";
import { parseAddress } from "../../../infra/local/service-bus/address.ts";
import { tagOf, tokenBytes, tokenFrom } from "../../../infra/local/service-bus/lock-token.ts";

test.each([
  ["fanout", { kind: "queue", queue: "fanout", lane: "main" }],
  ["/FanOut/", { kind: "queue", queue: "fanout", lane: "main" }],
  ["sb://127.0.0.1:5672/fanout", { kind: "queue", queue: "fanout", lane: "main" }],
  ["a/b/c", { kind: "queue", queue: "a/b/c", lane: "main" }],
  ["fanout/$DeadLetterQueue", { kind: "queue", queue: "fanout", lane: "dead" }],
  ["fanout/$management", { kind: "management", queue: "fanout", lane: "main" }],
  ["fanout/$deadletterqueue/$management", { kind: "management", queue: "fanout", lane: "dead" }],
  ["fanout/$Transfer/$DeadLetterQueue", { kind: "transfer-dead-letters" }],
  ["$cbs", { kind: "cbs" }],
])("the address %s", (text, address) => {
  expect(parseAddress(text)).toEqual(address);
});

test("a lock token's delivery tag has the byte order of a .NET Guid", () => {
  const token = "00112233445566778899aabbccddeeff";
  expect(tagOf(token).toString("hex")).toBe("33221100554477668899aabbccddeeff");
  expect(tokenFrom(tokenBytes(token))).toBe(token);
});
