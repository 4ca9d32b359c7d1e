import { expect, test } from "vitest";
import { isFailed, report, type Reported } from "./report.ts";
import type { Storm } from "./storm.ts";

const storm: Storm = {
  observed: { accepted: [], unsure: new Set(), registrations: [], ended: new Map(), arrivals: [], screens: new Map() },
  answers: {
    accepted: [],
    acceptedAgain: [],
    refused: 1,
    broken: 2,
    givenUp: 0,
    open: 0,
    unsure: new Set(),
    wrong: [],
  },
  kills: { "functions-host": 3, "service-bus": 4 },
  channelEvents: { moves: 5 },
  left: { active: 0, scheduled: 0, deadLetters: 1 },
  isWell: true,
  drainedAfterMs: 8_200,
};
const reported: Reported = {
  options: { seconds: 30, rate: 10, seed: 7, keep: false, help: false },
  storm,
  verdict: {
    ...{ owed: 20, lost: [], outdated: [], stacked: [], strangers: 0, renamed: [], rangAgain: 6, excused: 0 },
    waitedMs: { p50: 100, p99: 2_000, most: 9_000 },
  },
  pruned: 2,
};
const lost = {
  post: { notification: 1, version: 1, user: 0, askedAt: 0, answeredAt: 1, id: "an id" },
  deviceId: "phone",
};

test("the table counts what was delivered, lost and rang again, and names the seed", () => {
  const table = report({ ...reported, verdict: { ...reported.verdict, lost: [lost] } });
  for (const row of [
    /^owed +20 /m,
    /^delivered +19 /m,
    /^lost +1 /m,
    /^duplicates +6 /m,
    /^dead letters +1$/m,
    /^kills +3 /m,
  ]) {
    expect(table).toMatch(row);
  }
  expect(table).toMatch(/^FAILED.* drained 8\.2 s .*Seed 7/m);
});

test("a run that lost nothing and came to rest has not failed, though devices rang again and callers were refused", () => {
  expect(isFailed(reported)).toBe(false);
  expect(report(reported)).toContain("Nothing that was accepted is lost");
});

test.each<[string, Partial<Storm>]>([
  ["messages are left on the queue", { left: { active: 0, scheduled: 1, deadLetters: 0 } }],
  ["the bus does not say what is left", { left: undefined }],
  ["a caller was answered otherwise than an outage may", { answers: { ...storm.answers, wrong: ["500"] } }],
  ["a caller is not taken after the last fault", { answers: { ...storm.answers, open: 1 } }],
  ["the stack is not ready again", { isWell: false }],
])("a run fails when %s", (_, changes) => {
  expect(isFailed({ ...reported, storm: { ...storm, ...changes } })).toBe(true);
});
