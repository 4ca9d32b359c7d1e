import { context, trace } from "@opentelemetry/api";
import { afterEach, expect, test } from "vitest";
import { noSdk } from "../../../functions/telemetry/running-sdk.ts";
import { startSdk } from "../../../functions/telemetry/sdk.ts";
import { watched } from "../../../functions/telemetry/watched-export.ts";
import { messageIdOf } from "../../../shared/fanout/job.ts";
import { tracedFanout } from "../../../shared/fanout/traced-fanout.ts";
import { browserKeys, feed, now } from "../samples.ts";
import { busy, delivered, everything, job, notification, platforms, rejected, world } from "./delivery-world.ts";
import { failure, keeping, told } from "./kept-telemetry.ts";

afterEach(() => {
  trace.disable();
  context.disable();
});

const request = { event: "request", operation: "GET /x", status: 200, requestId: "r-1", durationMs: 3 } as const;
const asked = (traceparent?: string) => ({
  url: "http://127.0.0.1/beta/x?secret=1",
  headers: new Headers(traceparent === undefined ? {} : { traceparent }),
});
const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";

test("a message's run, its attempts and its retries, hops later, are one tree under the request that sent it, and none of it tells a secret", async () => {
  const kept = keeping();
  const own = told(startSdk({ destinations: [kept.destination], serviceName: "fanfare", samplePercent: 100 }));
  const { deliver, advanceTo, scheduled } = world({
    devices: { ...everything, browser: [busy, busy, delivered], phone: [rejected] },
    platforms,
    through: tracedFanout,
  });
  const first = { ...job, hop: 0, traceparent: `${parent}-01` };
  const run = (body: unknown) => own.message({ body, messageId: "m-1" }, own.log, (emit) => deliver(body, 1, emit));
  await run(first);
  for (const hop of [0, 1]) {
    const next = scheduled[hop]!.job;
    advanceTo(next.due!);
    await run(next);
  }
  await own.stop();

  const { spans } = kept;
  const nameOf = (id: string | undefined): string | undefined =>
    spans.find((span) => span.spanContext().spanId === id)?.name;
  expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([parent.split("-")[1]]));
  const edges = spans.map(
    ({ name, parentSpanContext }) => `${nameOf(parentSpanContext?.spanId) ?? "the request"} > ${name}`,
  );
  expect(edges.toSorted()).toEqual(
    [
      "the request > process fanout",
      ...["process fanout > send fanout", "send fanout > process fanout"].flatMap((edge) => [edge, edge]),
      ...Array<string>(3).fill("process fanout > push webpush"),
      ...["apns", "fcm", "wns"].map((channel) => `process fanout > push ${channel}`),
    ].toSorted(),
  );
  const browser = spans.filter(({ name }) => name === "push webpush");
  expect(browser.map(({ attributes }) => attributes["fanfare.outcome"])).toEqual(["busy", "busy", "delivered"]);

  const everywhere = JSON.stringify([
    own.lines,
    spans.map(({ name, attributes, status }) => ({ name, attributes, status })),
    kept.metrics,
  ]);
  expect(everywhere).toContain(notification.id);
  const secrets = [
    "/fcm/send/",
    "db5p",
    "00".repeat(32),
    "registration",
    browserKeys.p256dh,
    browserKeys.auth,
    "your order is ready",
    "order-7",
    "contoso",
    feed,
    "tag of",
  ];
  expect(secrets.filter((secret) => everywhere.includes(secret))).toEqual([]);
  expect(own.lines.map((line) => (JSON.parse(line) as { event: string; outcome?: string }).event)).toContain("attempt");
});

test("a caller's trace is joined, and neither its flag nor its id decides what is kept: our own lot does, for spans and events alike", async () => {
  for (const [flags, samplePercent] of [
    ["01", 0],
    ["00", 100],
  ] as const) {
    const kept = keeping();
    const own = told(startSdk({ destinations: [kept.destination], serviceName: "fanfare", samplePercent }));
    await own.request(asked(`${parent}-${flags}`), own.log, (emit) => {
      emit(request);
      return Promise.resolve();
    });
    await own.stop();
    const isKept = samplePercent === 100;
    expect(kept.spans.map((span) => [span.name, span.spanContext().traceId])).toEqual(
      isKept ? [["GET /x", parent.split("-")[1]]] : [],
    );
    expect(own.lines).toHaveLength(isKept ? 1 : 0);
    expect(JSON.stringify(kept.metrics)).toContain("fanfare.requests");
  }
});

test("what a message's trace drew holds for its run", async () => {
  for (const flags of ["00", "01"]) {
    const kept = keeping();
    const own = told(startSdk({ destinations: [kept.destination], serviceName: "fanfare", samplePercent: 50 }));
    const { deliver } = world({ devices: everything, platforms });
    const body = { ...job, traceparent: `${parent}-${flags}` };
    await own.message({ body, messageId: undefined }, own.log, (emit) => deliver(body, 1, emit));
    await own.stop();
    expect(kept.spans).toHaveLength(flags === "01" ? 5 : 0);
    expect(own.lines).toHaveLength(flags === "01" ? 1 : 0); // the spans of what was delivered say it all
  }
});

test("a message's span is named by the id that we gave it, never by what somebody else sends for one", async () => {
  const kept = keeping();
  const own = told(startSdk({ destinations: [kept.destination], serviceName: "fanfare", samplePercent: 100 }));
  const [ours, replay] = [messageIdOf(job), `${messageIdOf({ ...job, due: now, again: 3 })}:r17`];
  for (const messageId of [ours, replay, "Bearer eyJ.secret", `${ours}\n`, "u".repeat(43), 7])
    await own.message({ body: {}, messageId }, own.log, () => Promise.resolve());
  await own.stop();
  expect(kept.spans.map(({ attributes }) => attributes["messaging.message.id"])).toEqual([
    ours,
    replay,
    ...Array<undefined>(4).fill(undefined),
  ]);
});

test("without a place to send to each request draws for itself, and a failure is told whatever it draws", async () => {
  const draws = [0.04, 0.06, 0.06];
  const own = told(noSdk, { chance: () => draws.shift() ?? 1, samplePercent: 5 });
  for (const status of [200, 200, 500])
    await own.request(asked(`${parent}-01`), own.log, (emit) => {
      emit({ ...request, status });
      return Promise.resolve();
    });
  expect(own.lines.map((line) => JSON.parse(line) as unknown)).toEqual([request, { ...request, status: 500 }]);
});

test("whoever asks for what is not among the probes fills no log; a probe that fails is told", async () => {
  const own = told(noSdk, { samplePercent: 1 });
  const probed = (path: string, status: number) =>
    own.request({ ...asked(), url: `http://127.0.0.1/health/${path}` }, own.log, (emit) => {
      emit({ ...request, operation: `GET /health/${path}`, status });
      return Promise.resolve();
    });
  for (let stranger = 0; stranger < 200; stranger += 1) await probed(`guess-${stranger}`, 404);
  expect(own.lines).toEqual([]);
  await probed("ready", 503);
  expect(own.lines).toHaveLength(1);
});

test("a probe has no span, and a message that is none of ours is run all the same", async () => {
  const kept = keeping();
  const own = told(startSdk({ destinations: [kept.destination], serviceName: "fanfare", samplePercent: 100 }));
  await own.request({ ...asked(), url: "http://127.0.0.1/health/live" }, own.log, () => Promise.resolve());
  for (const body of ["text", null, { traceparent: 7 }]) {
    const ran = own.message({ body, messageId: undefined }, own.log, () => Promise.reject(new Error("it is no job")));
    await expect(ran).rejects.toThrow("it is no job");
  }
  await own.stop();
  expect(kept.spans.map(({ name, status }) => [name, status])).toEqual(Array(3).fill(["process fanout", { code: 2 }]));
});

test("a place that is away is told of once in ten minutes, without address or key, and an exporter that throws is no more than away", async () => {
  const kept = keeping();
  let clock = now;
  const sentences: string[] = [];
  const refused = Object.assign(new Error("connect ECONNREFUSED https://key@x.example"), { code: "ECONNREFUSED" });
  kept.destination.metrics.export = (_, done) => done({ ...failure, error: refused });
  kept.destination.spans.export = () => {
    throw new TypeError("https://key@x.example");
  };
  const { spans, metrics } = watched(kept.destination, "the collector", {
    clock: { now: () => clock },
    report: (sentence) => void sentences.push(sentence),
  });
  const exported = (exporter: { export: (items: never, done: (result: { code: number }) => void) => void }) =>
    new Promise<number>((done) => exporter.export([] as never, ({ code }) => done(code)));
  expect(await exported(metrics)).toBe(1);
  expect(await exported(spans)).toBe(1);
  clock += 600_000;
  expect(await exported(spans)).toBe(1);
  expect(sentences).toEqual(
    ["ECONNREFUSED", "TypeError"].map(
      (why) => `Telemetry does not get to the collector (${why}): the traces and metrics of this time are lost.`,
    ),
  );
});
