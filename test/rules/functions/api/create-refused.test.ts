import { expect, test } from "vitest";
import { Problem } from "../../../../shared/problem.ts";
import { body, world, type Sent, type World } from "./posting-world.ts";

test("a user's throttle that refuses gives the app's permit back; a store or bus that fails does not", async () => {
  const refused = world({ throttled: "user" });
  expect(await refused.post()).toMatchObject({ status: 406, headers: { "Retry-After": "7" } });
  expect([refused.permits, refused.jobs]).toEqual([{ taken: 1, givenBack: 1 }, []]);
  for (const away of ["feed", "fanout"] as const) {
    const { post, permits } = world({ away });
    await post();
    expect(permits).toEqual({ taken: 1, givenBack: 0 }); // whether it was stored is not known
  }
  const accepted = world();
  await accepted.post();
  expect(accepted.permits).toEqual({ taken: 1, givenBack: 0 });
});

test("every fault told after the app's permit gives it back", async () => {
  const refused: readonly Sent[] = [
    { text: "{".repeat(65_537) },
    { text: "{" },
    { body: [body] },
    { body: { ...body, "@odata.type": "x" } },
    { body: { ...body, groupName: 7 } },
    { headers: { "x-uns-id": "unknown" } },
  ];
  for (const sent of refused) {
    const { post, permits } = world();
    expect((await post(sent)).status).toBeGreaterThanOrEqual(400);
    expect(permits).toEqual({ taken: 1, givenBack: 1 });
  }
});

const noToken = new Problem("unauthenticated", "A bearer token is required in the Authorization header.");

/** In the contract's order (2.5): each has every fault of those below it as well. */
const faults: readonly {
  readonly status: number;
  readonly says: string;
  readonly world?: World;
  readonly sent?: Sent;
}[] = [
  { status: 406, says: "user is throttled", world: { throttled: "user" } },
  { status: 403, says: "not a live subscription's", sent: { headers: { "x-uns-id": "s3cr3t-other" } } },
  { status: 400, says: "does not match the contract", sent: { body: { ...body, groupName: 7 } } },
  { status: 401, says: "Invalid activity data type", sent: { body: { ...body, "@odata.type": "x", groupName: 7 } } },
  { status: 400, says: "not an array", sent: { body: [body] } },
  { status: 400, says: "must be JSON", sent: { text: "{" } },
  { status: 413, says: "64 KiB", sent: { text: "{".repeat(65_537) } },
  { status: 406, says: "app is throttled", world: { throttled: "app" } },
  { status: 406, says: "bus is throttled", world: { throttled: "bus" } },
  { status: 415, says: "Content-Encoding", sent: { headers: { "content-encoding": "br" } } },
  { status: 415, says: "Content-Type", sent: { headers: { "content-type": "text/plain" } } },
  { status: 400, says: "Idempotency-Key", sent: { headers: { "idempotency-key": "two words" } } },
  { status: 400, says: "X-UNS-ID is required", sent: { headers: { "x-uns-id": undefined } } },
  { status: 400, says: "If-Range", sent: { headers: { "if-range": "x" } } },
  { status: 400, says: "If-Modified-Since", sent: { headers: { "if-modified-since": "" } } },
  { status: 403, says: "blocked", world: { isBlocked: true } },
  { status: 401, says: "bearer token is required", world: { caller: noToken } },
];

test.each(["", "?dryRun=true"])(
  "faults are told in the contract's order, nothing is stored or sent, and no secret is repeated %s",
  async (query) => {
    let everything: { world: World; sent: Sent } = { world: {}, sent: {} };
    for (const fault of faults) {
      const headers = { ...everything.sent.headers, ...fault.sent?.headers };
      everything = {
        world: { ...everything.world, ...fault.world },
        sent: { ...everything.sent, ...fault.sent, headers },
      };
      const { post, happened } = world(everything.world);
      const answer = await post({ ...everything.sent, query });
      const text = JSON.stringify(answer);
      expect([answer.status, text]).toEqual([fault.status, expect.stringContaining(fault.says)]);
      expect(text).not.toContain("s3cr3t");
      expect(happened.filter((what) => what !== "read")).toEqual([]);
    }
  },
);
