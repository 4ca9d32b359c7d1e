import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { anyone, caller, stack } from "./anyone.ts";
import { notification } from "./caller.ts";
import { allowedOrigin as origin } from "./contract-stack.ts";
import { expectHeaders, postAs } from "./create-answer.ts";

/** How a request may be written that is taken, and which page may read its answer. */
export const createRequestCases = (): void => {
  describe("2.1", () => {
    test.each(["Bearer", "bearer", "BEARER", "bEARER"])("the scheme %s is taken in any case", async (scheme) => {
      const headers = { authorization: `${scheme} ${anyone.token}` };
      expect((await caller.post({}, { headers })).status).toBe(201);
    });

    test.each([
      "application/json; charset=utf-8",
      "Application/JSON",
      "application/json;odata.metadata=minimal;charset=UTF-8",
      "application/json ; x=y",
    ])("the content type %s is taken", async (type) => {
      expect((await postAs(anyone, {}, { headers: { "content-type": type } })).status).toBe(201);
    });

    const body = Buffer.from(JSON.stringify(notification({ payload: { rawContent: "ž🦓".repeat(50) } })));
    test.each<[string, Buffer]>([
      ["gzip", gzipSync(body)],
      ["GZip", gzipSync(body)],
      ["deflate", deflateSync(body)],
      ["DEFLATE", deflateRawSync(body)],
      ["identity", body],
      ["Identity", body],
    ])("a body encoded %s is decoded", async (encoding, bytes) => {
      const sent = { token: anyone.token, headers: { "content-encoding": encoding }, body: bytes };
      const answer = await caller.ask("POST", "notifications/", sent);
      expect(answer.status, answer.text).toBe(201);
      const stored = await caller.ask("GET", `notifications/${String(answer.json.id)}`, { token: anyone.token });
      expect(stored.json?.payload?.rawContent).toBe("ž🦓".repeat(50));
    });

    test("a chunked body is read whole", async () => {
      const headers = { "transfer-encoding": "chunked", "content-length": undefined };
      const answer = await postAs(anyone, { payload: { rawContent: "x".repeat(60_000) } }, { headers });
      expect(answer.status, answer.text).toBe(201);
    });

    test("Accept is ignored", async () => {
      for (const accept of ["text/html", "application/xml;q=1", "nonsense"]) {
        expect((await postAs(anyone, {}, { headers: { accept } })).status).toBe(201);
      }
    });

    test("client-request-id is echoed if it is at most 128 visible ASCII characters, else it is the request-id", async () => {
      const idsOf = async (given: string): Promise<unknown[]> => {
        const { headers } = await postAs(anyone, {}, { headers: { "client-request-id": given } });
        return [headers["client-request-id"], headers["request-id"]];
      };
      for (const good of ["a", "!~", "x".repeat(128)]) expect((await idsOf(good))[0]).toBe(good);
      for (const bad of ["x".repeat(129), "two words", "ž".normalize("NFD").slice(0, 1) + "\u00e9", ""]) {
        const [theirs, ours] = await idsOf(bad);
        expect(theirs).toBe(ours);
      }
    });

    test("a body of 64 KiB decoded is taken, plain and packed", async () => {
      const text = JSON.stringify(notification({ payload: { rawContent: "" } }));
      const whole = text.replace('""', `"${"x".repeat(65_536 - text.length)}"`);
      expect(Buffer.byteLength(whole)).toBe(65_536);
      const plain = await caller.ask("POST", "notifications/", { token: anyone.token, body: whole });
      expect(plain.status, plain.text).toBe(201);
      const headers = { "content-encoding": "gzip" };
      const packed = await caller.ask("POST", "notifications/", {
        token: anyone.token,
        headers,
        body: gzipSync(whole),
      });
      expect(packed.status, packed.text).toBe(200);
    });

    test("a delegated token's user is the target: without a UNSID, and with one of the same user", async () => {
      const { unsid } = await stack.device(anyone.upn);
      for (const sent of [{}, { unsid }]) {
        const answer = await postAs(anyone, {}, sent);
        expect(answer.status, answer.text).toBe(201);
        expect(answer.json["@odata.context"]).toContain(encodeURIComponent(anyone.upn));
      }
    });
  });

  describe("CORS", () => {
    const exposed = "Location, ETag, Retry-After, request-id, client-request-id";
    test("an allowed origin may read answers and faults, with the five headers exposed; others may not", async () => {
      const from = (from: string) => ({ headers: { origin: from } });
      for (const answer of [await postAs(anyone, {}, from(origin)), await caller.ask("GET", "nothing", from(origin))]) {
        expect(answer.headers["access-control-allow-origin"]).toBe(origin);
        const names = (answer.headers["access-control-expose-headers"] ?? "").split(",").map((name) => name.trim());
        expect(names.toSorted()).toEqual(exposed.split(", ").toSorted());
      }
      const stranger = await postAs(anyone, {}, from("https://evil.example"));
      expect(stranger.headers["access-control-allow-origin"]).toBeUndefined();
    });

    test("links come from the public URL, never from the Host header", async () => {
      const headers = { host: "evil.example", "x-forwarded-host": "evil.example", forwarded: "host=evil.example" };
      const answer = await postAs(anyone, {}, { headers });
      expect(answer.status, answer.text).toBe(201);
      expect(`${answer.text} ${String(answer.headers.location)}`).not.toContain("evil");
      expectHeaders(answer);
    });
  });
};
