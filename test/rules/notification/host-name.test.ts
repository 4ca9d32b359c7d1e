import { expect, test } from "vitest";
import { hostNameSchema } from "../../../shared/notification/host-name.ts";

const longest = ["a", "b", "c", "d"].map((letter) => letter.repeat(62)).join(".") + ".e"; // 253 characters

test.each([
  ["app.contoso.com", "app.contoso.com"],
  ["App.Contoso.COM", "app.contoso.com"],
  ["localhost", "localhost"],
  ["xn--bcher-kva.example", "xn--bcher-kva.example"],
  ["_tcp.contoso.com", "_tcp.contoso.com"],
  ["a".repeat(63), "a".repeat(63)],
  [longest, longest],
])("%s is a host name, lower case from here on", (given, name) => {
  expect(hostNameSchema.parse(given)).toBe(name);
});

test.each([
  "",
  " ",
  ".",
  "https://app.contoso.com",
  "app.contoso.com/path",
  "app.contoso.com:443",
  "user@app.contoso.com",
  "app.contoso.com.",
  ".contoso.com",
  "app..contoso.com",
  "-app.contoso.com",
  "app-.contoso.com",
  "app contoso.com",
  "app.contoso.com\n",
  "bücher.example",
  "*.contoso.com",
  "[::1]",
  "a".repeat(64),
  `${longest}e`,
])("%j is no host name, and is told so without being repeated", (given) => {
  const { error } = hostNameSchema.safeParse(given);
  expect(error?.issues.map(({ message }) => message)).toEqual(["must be a DNS host name, without scheme or path"]);
});

test.each([
  [undefined, "is required"],
  [7, "must be a DNS host name, without scheme or path"],
  [["app.contoso.com"], "must be a DNS host name, without scheme or path"],
])("%j: %s", (given, message) => {
  expect(hostNameSchema.safeParse(given).error?.issues[0]?.message).toBe(message);
});
