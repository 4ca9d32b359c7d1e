import { gunzipSync } from "node:zlib";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SpanKind } from "@opentelemetry/api";
import { afterEach, expect, test, vi } from "vitest";
import { exportersOf } from "../../../functions/telemetry/exporters.ts";
import type { TelemetryConfig } from "../../../functions/telemetry/telemetry-settings.ts";
import { startSdk } from "../../../functions/telemetry/sdk.ts";
import { inSpan } from "../../../shared/telemetry/spans.ts";
import { counts } from "../../rules/cost/prices.ts";
import { certificateIn } from "../../../infra/local/push/certificate.ts";
import { startCollector, type Collector } from "../../support/collector.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

const nobody = () => {
  throw new Error("Nobody asks for a credential here.");
};

/** The real exporters to these places, with one span and one metric told; gives how long the end took and what was reported. */
const tellOne = async (places: Partial<TelemetryConfig>, stopMostMs?: number) => {
  const sentences: string[] = [];
  const report = (sentence: string): void => void sentences.push(sentence);
  const config = {
    samplePercent: 100,
    serviceName: "contoso-notify",
    azureMonitor: undefined,
    otlp: undefined,
    ...places,
  };
  const destinations = exportersOf(config, { credentialOf: nobody, clock: { now: Date.now }, report });
  const sdk = startSdk({ ...config, destinations, ...(stopMostMs !== undefined && { stopMostMs }) });
  await inSpan("send fanout", { kind: SpanKind.PRODUCER, attributes: { "fanfare.job.hop": 1 } }, () =>
    Promise.resolve(),
  );
  sdk.record([{ metric: "fanfare.attempts", value: 3, attributes: { channel: "apns", outcome: "gone" } }]);
  const before = performance.now();
  await sdk.stop();
  return { tookMs: performance.now() - before, sentences };
};

const collectorThat = async (answering: Parameters<typeof startCollector>[0]): Promise<Collector> => {
  const collector = await startCollector(answering);
  cleanups.push(collector.stop);
  return collector;
};

test("a collector gets spans and metrics, with the headers that open it", async () => {
  const collector = await collectorThat("ok");
  const { sentences } = await tellOne({ otlp: { endpoint: collector.endpoint, headers: { "api-key": "let me in" } } });
  expect(collector.spans()).toMatchObject([{ name: "send fanout", attributes: { "fanfare.job.hop": 1 } }]);
  expect(collector.points()).toContainEqual({
    metric: "fanfare.attempts",
    value: 3,
    attributes: { channel: "apns", outcome: "gone" },
  });
  expect(collector.points().map(({ metric }) => metric)).toContain("fanfare.process.rss");
  expect(collector.text()).toContain('"api-key":"let me in"');
  expect(sentences).toEqual([]);
});

test.each(["hang", "refuse"] as const)(
  "a collector that does nothing but %s holds up the end for no longer than it may",
  async (answering) => {
    const collector = await collectorThat(answering);
    const { tookMs } = await tellOne({ otlp: { endpoint: collector.endpoint, headers: {} } }, 200);
    expect(tookMs).toBeGreaterThan(150);
    expect(tookMs).toBeLessThan(2_000);
  },
);

test("Azure Monitor gets a row for each span and each metric, and no word of how it is used", async () => {
  const rows: { readonly name: string; readonly data: { readonly baseType: string; readonly baseData: unknown } }[] =
    [];
  const folder = await mkdtemp(join(tmpdir(), "fanfare-monitor-"));
  cleanups.push(() => rm(folder, { recursive: true }));
  const { key, cert } = await certificateIn(folder, Date.now());
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0"); // the exporter speaks https only, and takes no word for whom to trust
  const server = createServer({ key, cert }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      const text = (request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString("utf8");
      const sent = JSON.parse(text) as typeof rows;
      rows.push(...sent);
      const accepted = { itemsReceived: sent.length, itemsAccepted: sent.length, errors: [] };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(accepted));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  cleanups.push(() => new Promise((closed) => server.close(closed).closeAllConnections()));
  const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connectionString = `InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint=${endpoint}`;
  const { sentences } = await tellOne({ azureMonitor: { connectionString, identity: undefined } });
  expect(sentences).toEqual([]);
  const isOf = (type: string) => rows.filter(({ data }) => data.baseType === type).map(({ data }) => data.baseData);
  expect(isOf("RemoteDependencyData")).toMatchObject([{ name: "send fanout", properties: { "fanfare.job.hop": "1" } }]);
  expect(isOf("MetricData")).toContainEqual(
    expect.objectContaining({
      metrics: [expect.objectContaining({ name: "fanfare.attempts", value: 3 })],
      properties: expect.objectContaining({ channel: "apns", outcome: "gone" }) as unknown,
    }),
  );
  expect(JSON.stringify(rows)).not.toMatch(/statsbeat|_OTELRESOURCE_/i);
  // As `test/rules/telemetry/cost.test.ts` reckons.
  expect(Math.max(...rows.map((row) => JSON.stringify(row).length))).toBeLessThan(counts.rowBytes);
});
