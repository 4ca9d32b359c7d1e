import { HttpRequest } from "@azure/functions";
import { expect, test } from "vitest";
import { apiHandler } from "../../../../functions/api/api.ts";
import type { Operation } from "../../../../functions/api/call.ts";
import type { FanfareEvent } from "../../../../shared/telemetry/events.ts";
import { Problem } from "../../../../shared/problem.ts";
import { Unavailable } from "../../../../shared/unavailable.ts";

const answering =
  (status: number): Operation =>
  () =>
    Promise.resolve({ status });

/** What is emitted while the path is asked. */
const eventsOf = async (path: string): Promise<FanfareEvent[]> => {
  const events: FanfareEvent[] = [];
  const answer = apiHandler({
    api: {
      "/me/notifications": { GET: answering(200) },
      "/me/held": { GET: () => Promise.resolve({ status: 200, heldMs: 7 }) },
      "/me/refused": { GET: () => Promise.reject(new Problem("forbidden", "The calling app is blocked.")) },
      "/me/away": { GET: () => Promise.reject(new Unavailable("Table storage", { cause: new Error("at 10.0.0.1") })) },
    },
    outside: { "/health/live": { GET: answering(200) }, "/health/ready": { GET: answering(503) } },
    clock: { now: () => 0 },
    publicUrl: "https://push.contoso.com",
    corsAllowedOrigins: [],
  });
  const request = new HttpRequest({ method: "GET", url: `https://push.contoso.com${path}` });
  await answer(request, { emit: (event) => events.push(event), bug: () => undefined });
  return events;
};

test("a request is one event, which names the route and not the path", async () => {
  expect(await eventsOf("/BETA/me/notifications/?secret=1")).toEqual([
    expect.objectContaining({ event: "request", operation: "GET /me/notifications", status: 200 }),
  ]);
});

test("of a request that waited for a change, the event says how long, for that is no measure of how fast we are", async () => {
  expect(await eventsOf("/beta/me/held")).toEqual([expect.objectContaining({ status: 200, heldMs: 7 })]);
});

test("a busy answer's event says what is away, for the answer itself does not", async () => {
  expect(await eventsOf("/beta/me/away")).toEqual([
    expect.objectContaining({ status: 406, reason: "Table storage is throttled or unreachable" }),
  ]);
});

test("a refused request's event says why", async () => {
  expect(await eventsOf("/beta/me/refused")).toEqual([
    expect.objectContaining({ status: 403, reason: "The calling app is blocked." }),
  ]);
});

test("an unknown path is an event without the path, which may hold anything", async () => {
  expect(await eventsOf("/some/secret")).toEqual([
    expect.objectContaining({ operation: "GET (no such path or method)", status: 404 }),
  ]);
});

test("a healthy probe is no event, a failing one is", async () => {
  expect(await eventsOf("/health/live")).toEqual([]);
  expect(await eventsOf("/health/ready")).toEqual([expect.objectContaining({ status: 503 })]);
});
