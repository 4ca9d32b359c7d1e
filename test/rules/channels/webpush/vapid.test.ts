import { decodeJwt, decodeProtectedHeader, jwtVerify, importJWK } from "jose";
import { expect, test } from "vitest";
import webpush from "web-push";
import { vapidHeaders } from "../../../../shared/channels/webpush/vapid.ts";
import { milliseconds } from "../../../../shared/clock.ts";
import { now } from "../../samples.ts";

const { hour } = milliseconds;
const vapid = { ...webpush.generateVAPIDKeys(), subject: "mailto:operator@contoso.com" };
const origin = "https://fcm.googleapis.com";

const started = () => {
  let time = now;
  const headers = vapidHeaders(vapid, { now: () => time });
  return { headers, advance: (ms: number) => (time += ms) };
};
const tokenOf = (header: string): string => /^vapid t=([^,]+), k=(.+)$/.exec(header)?.[1] ?? "";

test("the header says who we are to one origin, for twelve hours, signed with our key", async () => {
  const { headers } = started();
  const header = headers.for(origin);
  expect(header).toBe(`vapid t=${tokenOf(header)}, k=${vapid.publicKey}`);
  expect(decodeProtectedHeader(tokenOf(header))).toMatchObject({ alg: "ES256", typ: "JWT" });
  expect(decodeJwt(tokenOf(header))).toEqual({ aud: origin, sub: vapid.subject, exp: (now + 12 * hour) / 1_000 });
  const point = Buffer.from(vapid.publicKey, "base64url");
  const x = point.subarray(1, 33).toString("base64url");
  const y = point.subarray(33).toString("base64url");
  const key = await importJWK({ kty: "EC", crv: "P-256", x, y }, "ES256");
  await jwtVerify(tokenOf(header), key, { currentDate: new Date(now) });
});

test("an origin's header is kept for six hours, then signed anew", () => {
  const { headers, advance } = started();
  const first = headers.for(origin);
  advance(6 * hour - 1);
  expect(headers.for(origin)).toBe(first);
  advance(1);
  const second = headers.for(origin);
  expect(second).not.toBe(first);
  expect(decodeJwt(tokenOf(second)).exp).toBe((now + 18 * hour) / 1_000);
  advance(6 * hour - 1);
  expect(headers.for(origin)).toBe(second);
});

test("each origin has a header of its own", () => {
  const { headers } = started();
  expect(decodeJwt(tokenOf(headers.for("https://web.push.apple.com"))).aud).toBe("https://web.push.apple.com");
  expect(decodeJwt(tokenOf(headers.for(origin))).aud).toBe(origin);
});

test("a header that was refused is not used again, and other origins keep theirs", () => {
  const { headers } = started();
  const refused = headers.for(origin);
  const other = headers.for("https://web.push.apple.com");
  headers.forget(origin);
  expect(headers.for(origin)).not.toBe(refused); // ES256 signs with a fresh nonce
  expect(headers.for("https://web.push.apple.com")).toBe(other);
});

test("however many hosts strangers name, five hundred are kept: those used last", () => {
  const { headers } = started();
  const [first, second] = [headers.for(origin), headers.for("https://web.push.apple.com")];
  for (let host = 0; host < 499; host += 1) {
    headers.for(`https://${host}.notify.windows.com`);
    expect(headers.for(origin)).toBe(first);
  }
  expect(headers.for("https://web.push.apple.com")).not.toBe(second);
});
