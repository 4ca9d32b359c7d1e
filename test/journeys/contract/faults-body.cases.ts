import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { anyone, appToken, caller, post, postBody, unsid } from "./app-sender.ts";
import { faultyBodies, wronglyTypedBodies } from "./bodies.ts";
import { notification } from "./caller.ts";
import { expectFault, targetsOf } from "./expect-fault.ts";

/** All that the feed of `anyone` holds. */
const stored = async (): Promise<unknown[]> => {
  const path = "notifications?targetHostName=graphnotifications.sample.windows.com&$top=100";
  const answer = await caller.ask("GET", path, { token: anyone.token });
  expect(answer.status, answer.text).toBe(200);
  return answer.json.value as unknown[];
};

/** Bodies that are refused. */
export const faultyBodyCases = (): void => {
  describe("2.5: 400, the body is an array", () => {
    test.each([
      ["empty", []],
      ["of one notification", [notification()]],
      ["of two", [notification(), notification()]],
    ])("%s", async (_name, body) => {
      expectFault(await caller.ask("POST", "notifications/", { token: appToken, unsid, body }), 400);
    });
  });

  describe("2.5: 400, the body does not match the contract", () => {
    test.each(["", " ", "{", "nonsense", '{"a":1}}', "{'a':1}", '{"a":1,}', "\u0000", "\ufffd"])(
      "no JSON: %j",
      async (body) => {
        expectFault(await postBody(body), 400);
      },
    );

    test.each(["1", "null", "true", '"text"'])("JSON, but no object: %s", async (body) => {
      const answer = await postBody(body);
      expectFault(answer, 400);
    });

    test("no body at all", async () => {
      const headers = { "content-type": "application/json" };
      expectFault(await caller.ask("POST", "notifications/", { token: appToken, unsid, headers }), 400);
    });

    test("bytes that are no UTF-8", async () => {
      const [before, after] = JSON.stringify(notification({ payload: { rawContent: "@" } })).split("@");
      const bytes = Buffer.concat([Buffer.from(before!), Buffer.from([0xff, 0xc0]), Buffer.from(after!)]);
      expectFault(await postBody(bytes), 400);
    });

    test.each(faultyBodies)("%s", async (_name, change, target) => {
      const answer = await post(change);
      expectFault(answer, 400, { details: true });
      const targets = targetsOf(answer);
      expect(
        targets.every((one) => one.startsWith(target) || target.startsWith(one)),
        answer.text,
      ).toBe(true);
      expect(
        targets.some((one) => one.startsWith(target)),
        answer.text,
      ).toBe(true);
      expect(answer.json.error.message).toContain(target);
    });

    test("the message and the details name every faulty member, not only the first", async () => {
      const answer = await post({
        ...{ targetHostName: "", appNotificationId: 1, payload: { visualContent: { title: "" } }, priority: "Urgent" },
        ...{ displayTimeToLive: -1, expirationDateTime: "never", groupName: 1, targetPolicy: { platformTypes: [] } },
      });
      expectFault(answer, 400, { details: true });
      const members = [
        ...["targetHostName", "appNotificationId", "payload.visualContent.title", "priority", "displayTimeToLive"],
        ...["expirationDateTime", "groupName", "targetPolicy.platformTypes"],
      ];
      expect(targetsOf(answer).toSorted()).toEqual(members.toSorted());
      for (const member of members) expect(answer.json.error.message).toContain(member);
    });

    test("nothing of all that was stored", async () => {
      expect(await stored()).toEqual([]);
    });
  });

  describe("2.5: 401, the data type is not the expected one", () => {
    test.each(wronglyTypedBodies)("%s", async (_name, change) => {
      const answer = await post(change);
      expectFault(answer, 401);
      expect(answer.headers["www-authenticate"]).toBeUndefined();
    });
  });

  describe("2.5: 400, undecodable", () => {
    const packed = gzipSync(JSON.stringify(notification()));
    test.each<[string, string, Uint8Array]>([
      ["gzip", "plain text", Buffer.from(JSON.stringify(notification()))],
      ["gzip", "cut off", packed.subarray(0, -12)],
      ["gzip", "damaged", Buffer.from(packed.map((byte, index) => (index === 20 ? byte ^ 0xff : byte)))],
      ["gzip", "really deflate", deflateSync(JSON.stringify(notification()))],
      ["deflate", "plain text", Buffer.from(JSON.stringify(notification()))],
      ["deflate", "cut off", deflateSync(JSON.stringify(notification())).subarray(0, -12)],
      ["gzip", "empty", Buffer.alloc(0)],
    ])("%s that is %s", async (encoding, _name, body) => {
      expectFault(await postBody(body, { "content-encoding": encoding }), 400);
    });
  });

  describe("413", () => {
    const text = JSON.stringify(notification({ payload: { rawContent: "" } }));
    const tooLarge = text.replace('""', `"${"x".repeat(65_537 - text.length)}"`);
    test("one byte beyond 64 KiB, plain, chunked, packed; and padded with blanks", async () => {
      expectFault(await postBody(tooLarge), 413);
      expectFault(await postBody(tooLarge, { "transfer-encoding": "chunked", "content-length": undefined }), 413);
      expectFault(await postBody(gzipSync(tooLarge), { "content-encoding": "gzip" }), 413);
      expectFault(await postBody(deflateSync(tooLarge), { "content-encoding": "deflate" }), 413);
      expectFault(await postBody(JSON.stringify(notification()).padEnd(65_537)), 413);
      expectFault(await postBody(Buffer.alloc(1_000_000, "[")), 413);
    });
  });
};
