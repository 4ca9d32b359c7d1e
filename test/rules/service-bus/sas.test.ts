import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { checkSas, covers, keyName } from "../../../infra/local/service-bus/sas.ts";

const key = "bm90IGEgcmVhbCBrZXksIGJ1dCBsb25nIGVub3VnaCE=";
const now = 1_700_000_000_000;
const soon = String(now / 1000 + 60);

/** https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas#generate-a-shared-access-signature-token */
const tokenFor = (
  resource: string,
  { expiry = soon, name = keyName, signedWith = key, signed = resource } = {},
): string => {
  const signature = createHmac("sha256", signedWith)
    .update(`${encodeURIComponent(signed)}\n${expiry}`)
    .digest("base64");
  return `SharedAccessSignature sr=${encodeURIComponent(resource)}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=${name}`;
};

test("a good token grants its entity, until it expires", () => {
  expect(checkSas(tokenFor("sb://127.0.0.1:5672/Fanout"), key, now)).toEqual({ path: ["fanout"], until: now + 60_000 });
});

test.each([
  { what: "another key's signature", token: tokenFor("sb://127.0.0.1/fanout", { signedWith: "other" }) },
  {
    what: "a signature over another resource",
    token: tokenFor("sb://127.0.0.1/fanout", { signed: "sb://127.0.0.1/else" }),
  },
  { what: "an expiry changed after signing", token: tokenFor("sb://127.0.0.1/fanout").replace(soon, `9${soon}`) },
  { what: "an expiry that has come", token: tokenFor("sb://127.0.0.1/fanout", { expiry: String(now / 1000) }) },
  { what: "an unknown key name", token: tokenFor("sb://127.0.0.1/fanout", { name: "Listen" }) },
  { what: "another host", token: tokenFor("sb://contoso.servicebus.windows.net/fanout") },
  { what: "a host that only begins like ours", token: tokenFor("sb://127.0.0.1.contoso.com/fanout") },
  { what: "no signature", token: tokenFor("sb://127.0.0.1/fanout").replace(/&sig=[^&]*/, "") },
  { what: "an empty signature", token: tokenFor("sb://127.0.0.1/fanout").replace(/&sig=[^&]*/, "&sig=") },
  { what: "another kind of token", token: "Bearer abc" },
  { what: "nothing", token: "" },
])("$what is refused, in a sentence without the token", ({ token }) => {
  const result = checkSas(token, key, now);
  expect(result).toEqual(expect.stringMatching(/^The token .+\.$/));
});

test.each([
  { granted: [], wanted: ["fanout"], is: true },
  { granted: ["fanout"], wanted: ["fanout"], is: true },
  { granted: ["fanout"], wanted: ["fanout", "$management"], is: true },
  { granted: ["fanout"], wanted: ["fanout-2"], is: false },
  { granted: ["fanout"], wanted: ["fan"], is: false },
  { granted: ["fanout", "$management"], wanted: ["fanout"], is: false },
  { granted: ["fanout", "$deadletterqueue"], wanted: ["fanout", "$management"], is: false },
])("a grant for /$granted covers /$wanted: $is", ({ granted, wanted, is }) => {
  expect(covers({ path: granted, until: now + 1 }, wanted, now)).toBe(is);
  expect(covers({ path: granted, until: now }, wanted, now)).toBe(false);
});
