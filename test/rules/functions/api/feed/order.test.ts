import { expect, test } from "vitest";
import type { Caller } from "../../../../../shared/auth/caller.ts";
import { newNotificationId } from "../../../../../shared/notification/notification.ts";
import { Problem } from "../../../../../shared/problem.ts";
import { notificationWith, now } from "../../../samples.ts";
import { hostName, phone, strangersUnsid, unsid, world } from "./world.ts";

type Made = NonNullable<Parameters<typeof world>[0]>;
type Sent = NonNullable<Parameters<ReturnType<typeof world>["ask"]>[2]>;
type Step = {
  readonly status: number;
  readonly says: string;
  readonly world?: Made;
  readonly sent?: Sent;
  readonly query?: string;
};

const noToken = new Problem("unauthenticated", "A bearer token is required in the Authorization header.");
const noScope = { ...phone, scopes: [] };
const appOnly: Caller = { kind: "app", clientId: "phone", tenantId: "tenant", roles: [] };
const live = notificationWith({ id: newNotificationId(now) });

/** In the contract's order (2.5), the last check first: each has every fault of those above it as well. */
const permission: readonly Step[] = [
  { status: 403, says: "X-UNS-ID", sent: { headers: { "x-uns-id": strangersUnsid } } },
  { status: 403, says: "scope", world: { caller: noScope } },
  { status: 403, says: "signed-in user", world: { caller: appOnly } },
];
const body = (valid: object): readonly Step[] => [
  { status: 400, says: "readState", sent: { body: { ...valid, readState: "seen" } } },
  { status: 401, says: "Invalid activity data type", sent: { body: { ...valid, "@odata.type": "x", readState: 1 } } },
  { status: 400, says: "array", sent: { body: [valid] } },
  { status: 400, says: "must be JSON", sent: { text: "{" } },
  { status: 413, says: "64 KiB", sent: { text: "{".repeat(65_537) } },
];
const gates: readonly Step[] = [
  { status: 406, says: "Throttled", world: { throttled: "app" } },
  { status: 406, says: "Throttled", world: { throttled: "bus" } },
];
const media: readonly Step[] = [
  { status: 415, says: "Content-Encoding", sent: { headers: { "content-encoding": "br" } } },
  { status: 415, says: "Content-Type", sent: { headers: { "content-type": "text/plain" } } },
];
const condition: readonly Step[] = [{ status: 400, says: "If-Match", sent: { headers: { "if-match": "x" } } }];
const caller: readonly Step[] = [
  { status: 403, says: "blocked", world: { isBlocked: true } },
  { status: 401, says: "bearer token is required", world: { caller: noToken } },
];
const option = (says = "$x"): Step => ({ status: 400, says, query: "?$x=1" });
const throttledWrites: Step = { status: 406, says: "Throttled", world: { throttled: "user's writes" } };
const throttledReads: Step = { status: 406, says: "Throttled", world: { throttled: "user's reads" } };
const change = { userActionState: "dismissed" };

const operations: readonly {
  readonly what: Parameters<ReturnType<typeof world>["ask"]>[0];
  readonly valid?: object;
  readonly steps: readonly Step[];
}[] = [
  {
    what: "list",
    steps: [throttledReads, { status: 400, says: "token", query: "?$skiptoken=x" }, ...permission, option(), ...caller],
  },
  {
    what: "delta",
    steps: [
      throttledReads,
      { status: 400, says: "token", query: "?$deltatoken=x" },
      ...permission,
      option(),
      ...caller,
    ],
  },
  { what: "read", steps: [throttledReads, ...permission, option(), ...caller] },
  {
    what: "change",
    valid: change,
    steps: [throttledWrites, ...permission, ...body(change), ...gates, ...media, ...condition, option(), ...caller],
  },
  { what: "remove", steps: [throttledWrites, ...permission, ...gates, ...condition, option(), ...caller] },
  {
    what: "changeMany",
    valid: { ...change, all: true },
    steps: [throttledWrites, ...permission, ...body({ ...change, all: true }), ...gates, ...media, option(), ...caller],
  },
];

test.each(operations)(
  "$what tells faults in the contract's order, does nothing, and repeats no secret",
  async ({ what, valid, steps }) => {
    let made: Made = { stored: [live] };
    let sent: Sent = { headers: { "x-uns-id": unsid }, ...(valid && { body: valid }) };
    let place = what === "list" || what === "delta" || what === "changeMany" ? "?" : (live.id as string);
    expect((await world(made).ask(what, place, sent)).status).toBeLessThan(300);
    for (const step of steps) {
      made = { ...made, ...step.world };
      sent = { ...sent, ...step.sent, headers: { ...sent.headers, ...step.sent?.headers } };
      place = step.query ?? place;
      const { ask, happened, jobs } = world(made);
      const answer = await ask(what, place, sent);
      const text = JSON.stringify(answer);
      expect([answer.status, text]).toEqual([step.status, expect.stringContaining(step.says)]);
      expect(text).not.toMatch(/s3cr3t|unsid-of/);
      expect(jobs).toEqual([]);
      // What is refused does not count: the app's permit goes back.
      expect(happened.filter((one) => one === "permit taken")).toHaveLength(
        happened.filter((one) => one === "permit given back").length,
      );
      expect(happened.some((one) => one.includes("fetched") || one.startsWith("read counted"))).toBe(false);
    }
  },
);

test("an X-UNS-ID of nobody, or of another host name than the one that is meant, is a 403", async () => {
  const sent = { headers: { "x-uns-id": "nobody's" } };
  for (const what of ["list", "delta"] as const) expect((await world().ask(what, "?", sent)).status).toBe(403);
  for (const what of ["read", "change", "remove"] as const) {
    const answer = await world({ stored: [live] }).ask(
      what,
      live.id,
      what === "read" ? sent : { ...sent, body: change },
    );
    expect(answer.status).toBe(403);
  }
  const { ask } = world({ hostNames: [hostName, "other.contoso.com"] });
  const answer = await ask("list", "?targetHostName=other.contoso.com", { headers: { "x-uns-id": unsid } });
  expect(answer.status).toBe(403);
});

test("a refusal of the host name is told after what is wrong with the query", async () => {
  expect((await world().ask("list", "?targetHostName=nobodys.example&$top=0")).status).toBe(400);
  expect((await world().ask("list", "?targetHostName=nobodys.example")).status).toBe(403);
  const sent = { body: { all: true, readState: "read" } };
  expect((await world().ask("changeMany", "?targetHostName=nobodys.example", sent)).status).toBe(403);
});
