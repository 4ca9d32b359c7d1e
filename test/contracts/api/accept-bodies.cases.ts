import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import { parseNotification } from "../../../shared/notification/parse-notification.ts";
import { Problem } from "../../../shared/problem.ts";
import { anyBodies, goodBodies } from "../../rules/notification/bodies.ts";
import { notification, post, sampleHost } from "./api-under-test.ts";
import { accepted, app, backends } from "./accept-under-test.ts";

/** Which bodies are taken, however they are packed. */
export const acceptedBodyCases = (): void => {
  const bytes = Buffer.from(JSON.stringify(notification({ payload: { rawContent: "ž🦓" } })));
  test.each<[string, Buffer]>([
    ["gzip", gzipSync(bytes)],
    ["GZIP", gzipSync(bytes)],
    ["deflate", deflateSync(bytes)],
    ["Deflate", deflateRawSync(bytes)],
    ["identity", bytes],
  ])("a body encoded as %s is decoded", async (encoding, body) => {
    expect((await accepted(body, { "content-encoding": encoding })).status).toBeLessThan(202);
  });

  /** A body of exactly so many bytes. */
  const sized = (size: number): Buffer => {
    const empty = JSON.stringify(notification({ payload: { rawContent: "" } })).length;
    return Buffer.from(JSON.stringify(notification({ payload: { rawContent: "x".repeat(size - empty) } })));
  };
  test("a body of 64 KiB is taken, plain or packed; one byte more is too large", async () => {
    expect((await accepted(sized(65_536))).status).toBe(201);
    expect((await accepted(gzipSync(sized(65_536)), { "content-encoding": "gzip" })).status).toBe(201);
    expect((await accepted(sized(65_537))).status).toBe(413);
    expect((await accepted(gzipSync(sized(65_537)), { "content-encoding": "gzip" })).status).toBe(413);
    expect((await accepted(gzipSync(Buffer.alloc(50_000_000)), { "content-encoding": "gzip" })).status).toBe(413);
  });

  test("any JSON whatever is answered as its parser judges it, in the form of its status, and is stored whole or not at all", async () => {
    const asUser = await backends.authorization(backends.apps.sample, "any.body@contoso.com");
    const claims = JSON.parse(Buffer.from(asUser.split(".")[1] ?? "", "base64url").toString()) as Record<
      string,
      string
    >;
    const feed = feedKeyOf({ tenantId: claims.tid ?? "", objectId: claims.oid ?? "" }, sampleHost);
    const rows = async (): Promise<string[]> => {
      const found: string[] = [];
      for await (const { rowKey, etag } of backends.tables.tables.feeds.range(feed, " ", "~"))
        found.push(rowKey + etag);
      return found;
    };
    const judged = (body: unknown) => {
      try {
        const draft = parseNotification(body, Date.now());
        return draft.targetHostName === sampleHost ? draft : 403;
      } catch (error) {
        if (error instanceof Problem) return error.kind === "invalid-data-type" ? 401 : 400;
        throw error;
      }
    };
    const tookMs: number[] = [];
    let stored = 0;
    const bodies = fc.oneof(anyBodies(Date.now()), goodBodies(Date.now()));
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const text = JSON.stringify([body]).slice(1, -1);
        const before = await rows();
        const startedAt = performance.now();
        const answer = await post(app, text, { headers: { authorization: asUser } });
        tookMs.push(performance.now() - startedAt);
        const expected = judged(JSON.parse(text));
        if (typeof expected === "number") {
          const { code, message, innerError } = answer.json.error;
          expect([answer.status, typeof code, typeof message, typeof innerError.date]).toEqual([
            expected,
            ...["string", "string", "string"],
          ]);
          expect(await rows()).toEqual(before);
          return;
        }
        stored += 1;
        expect([200, 201]).toContain(answer.status);
        expect(Object.keys(answer.json as object)).toHaveLength(7);
        const path = `/beta/me/notifications/${answer.json.id}`;
        const kept = await app.ask("GET", path, { headers: { authorization: asUser } });
        expect(kept.status).toBe(200);
        const { displayUntil: _, fallback: __, expiresAt, ...rest } = parseNotification(kept.json, Date.now());
        expect(expected).toMatchObject(rest);
        expect(Math.abs(expiresAt - expected.expiresAt)).toBeLessThan(2_000);
      }),
      { numRuns: 60 },
    );
    expect(stored).toBeGreaterThan(10);
    const median = tookMs.sort((a, b) => a - b)[tookMs.length >> 1];
    expect(median).toBeLessThan(100);
  });
};
