import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { serviceApi } from "./service-api.ts";

const fault = (code: string) => JSON.stringify({ error: { code, message: "Told so." } });
const emptyPage = JSON.stringify({
  value: [],
  "@odata.deltaLink": "http://inside:7071/beta/me/notifications/delta?$deltatoken=t",
});
const page = () => new Response(emptyPage, { headers: { ETag: 'W/"e.1"' } });

/** How long answers are waited for, in milliseconds; here nobody has that time. */
const waits: number[] = [];
const inTime = AbortSignal.timeout.bind(AbortSignal);
beforeEach(() => {
  waits.length = 0;
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    waits.push(ms);
    return inTime(20);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

type Sent = { readonly url: string; readonly headers: Headers; readonly request: RequestInit };

/** The port over a service that gives these answers, one after the other. */
const over = (...answers: (() => Response | Promise<Response>)[]) => {
  const sent: Sent[] = [];
  const asked: boolean[] = [];
  const refused: string[] = [];
  let unsid: string | undefined;
  const api = serviceApi({
    baseUrl: "https://fanfare.example",
    targetHostName: "app.contoso.com",
    getToken: ({ isRefused }) => {
      asked.push(isRefused);
      return Promise.resolve(isRefused ? "new" : "old");
    },
    unsid: () => unsid,
    onUnsidRefused: (one) => refused.push(one),
  });
  vi.stubGlobal("fetch", async (url: string, request: RequestInit & { readonly signal: AbortSignal }) => {
    request.signal.throwIfAborted();
    sent.push({ url, request, headers: new Headers(request.headers) });
    const given = new Promise<never>((_, reject) => {
      request.signal.addEventListener("abort", () => reject(new DOMException("given up", "AbortError")));
    });
    return Promise.race([(answers.shift() ?? page)(), given]);
  });
  return { api, sent, asked, refused, use: (one: string) => (unsid = one) };
};

describe("a request", () => {
  it("carries the token, the UNSID, the ETag and the wish to wait, and follows links by their query only", async () => {
    const { api, sent, use } = over(page, page);
    use("unsid-1");
    expect(await api.delta({ link: "$deltatoken=t&targetHostName=x", waitSeconds: 20 })).toEqual({
      kind: "ok",
      value: { changes: [], link: "$deltatoken=t", mark: "e.1" },
    });
    await api.remove({ id: "a/b", etag: "e.7" });
    expect(sent.map(({ url }) => url)).toEqual([
      "https://fanfare.example/beta/me/notifications/delta?$deltatoken=t&targetHostName=x",
      "https://fanfare.example/beta/me/notifications/a%2Fb",
    ]);
    expect(Object.fromEntries(sent[0]!.headers)).toEqual({
      authorization: "Bearer old",
      "x-uns-id": "unsid-1",
      prefer: "wait=20",
    });
    expect(sent[1]!.headers.get("if-match")).toBe('"e.7"');
    expect(sent[0]!.request).toMatchObject({ credentials: "omit", cache: "no-store" });
  });

  it("for which the app fails to give a token says that it was the app's own getToken", async () => {
    const failing = serviceApi({
      baseUrl: "https://fanfare.example",
      targetHostName: "app.contoso.com",
      getToken: () => {
        throw new Error("boom");
      },
    });
    expect(await failing.delta({})).toEqual({ kind: "offline", reason: "getToken: Error: boom" });
  });

  it("is asked again once, with a renewed token", async () => {
    const { api, sent, asked } = over(() => new Response(fault("Unauthorized"), { status: 401 }));
    expect((await api.delta({})).kind).toBe("ok");
    expect([asked, sent.map(({ headers }) => headers.get("authorization"))]).toEqual([
      [false, true],
      ["Bearer old", "Bearer new"],
    ]);
    const again = over(...[0, 1, 2].map(() => () => new Response("", { status: 401 })));
    expect((await again.api.delta({})).kind).toBe("unauthorized");
    expect(again.sent).toHaveLength(2);
  });

  it("is asked again without a UNSID that is refused, and tells of it only when that was why", async () => {
    const forbidden = () => new Response(fault("Forbidden"), { status: 403 });
    const ended = over(forbidden);
    ended.use("unsid-1");
    expect((await ended.api.delta({})).kind).toBe("ok");
    expect([ended.refused, ended.sent.map(({ headers }) => headers.has("x-uns-id"))]).toEqual([
      ["unsid-1"],
      [true, false],
    ]);
    const stranger = over(forbidden, forbidden);
    stranger.use("unsid-1");
    expect([(await stranger.api.delta({})).kind, stranger.refused]).toEqual(["forbidden", []]);
  });

  it.each([
    ["a network that is away", () => Promise.reject(new TypeError("Failed to fetch")), { kind: "offline" }],
    ["no answer in time", () => new Promise<Response>(() => undefined), { kind: "offline" }],
    ["a captive portal", () => new Response("<!doctype html>Welcome"), { kind: "failed", status: 200 }],
    ["a proxy's 404", () => new Response("Not here", { status: 404 }), { kind: "failed", status: 404 }],
    ["somebody's JSON", () => new Response('{"value":[{"id":1}]}'), { kind: "failed", status: 200 }],
    ["a fault of the service", () => new Response(fault("X"), { status: 500 }), { kind: "failed", status: 500 }],
    ["410", () => new Response(fault("Gone"), { status: 410 }), { kind: "gone" }],
    ["412", () => new Response(fault("PreconditionFailed"), { status: 412 }), { kind: "changed" }],
    ["400", () => new Response(fault("BadRequest"), { status: 400 }), { kind: "refused", status: 400 }],
    [
      "406",
      () => new Response(fault("NotAcceptable"), { status: 406, headers: { "Retry-After": "7" } }),
      { kind: "throttled", waitMs: 7_000 },
    ],
    [
      "a gateway's 503 without an end to it, which is believed for an hour",
      () => new Response("busy", { status: 503, headers: { "Retry-After": "99999999" } }),
      { kind: "throttled", waitMs: 3_600_000 },
    ],
    [
      "a gateway's 503",
      () => new Response("busy", { status: 503, headers: { "Retry-After": "2" } }),
      { kind: "throttled", waitMs: 2_000 },
    ],
  ])("that meets %s is answered by a value", async (_what, answer, expected) => {
    const { api } = over(answer);
    expect(await api.delta({})).toMatchObject(expected);
  });

  it("is given half a minute beyond what the service was asked to wait", async () => {
    const { api } = over(page, page);
    await api.delta({});
    await api.delta({ waitSeconds: 20 });
    expect(waits).toEqual([30_000, 50_000]);
  });

  it("ends as offline when the caller gives it up, and when no token can be had it is unauthorized", async () => {
    const { api, sent } = over();
    expect((await api.delta({ signal: AbortSignal.abort() })).kind).toBe("offline");
    const nobody = serviceApi({
      baseUrl: "https://fanfare.example",
      targetHostName: "a.b",
      getToken: () => Promise.resolve(undefined),
    });
    expect((await nobody.delta({})).kind).toBe("unauthorized");
    expect(sent).toEqual([]);
  });

  it("for the service's key has it as browsers tell it, however it is padded", async () => {
    const { api } = over(() => Response.json({ publicKey: "BA-_==" }));
    expect(await api.vapidPublicKey()).toEqual({ kind: "ok", value: "BA-_" });
  });

  it("of a deletion takes nothing but 204 for done", async () => {
    const { api } = over(
      () => new Response("<html>", { status: 200 }),
      () => new Response(null, { status: 204 }),
    );
    expect((await api.remove({ id: "a" })).kind).toBe("failed");
    expect(await api.remove({ id: "a" })).toEqual({ kind: "ok", value: true });
  });
});
