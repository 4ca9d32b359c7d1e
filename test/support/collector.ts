import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";

/** A span as it came over the wire. */
export type ToldSpan = {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for the first of a trace. */
  readonly parentSpanId: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
};

/** A metric's record as it came over the wire: of a histogram its count. */
type ToldPoint = {
  readonly metric: string;
  readonly value: number;
  readonly attributes: Readonly<Record<string, unknown>>;
};

/** An OpenTelemetry collector that keeps what it is told (OTLP over HTTP, as JSON). */
export type Collector = {
  readonly endpoint: string;
  readonly spans: () => readonly ToldSpan[];
  readonly points: () => readonly ToldPoint[];
  /** Every byte of it, headers included. */
  readonly text: () => string;
  readonly stop: () => Promise<void>;
};

type Answering = "ok" | "refuse" | "hang";

/** Starts one on a free port. It may also answer 503 to all, or nothing at all. */
export const startCollector = async (answering: Answering = "ok"): Promise<Collector> => {
  const texts: string[] = [];
  const bodies: { readonly url: string; readonly body: unknown }[] = [];
  const server = createServer((request, response) => {
    void wholeOf(request).then((text) => {
      texts.push(JSON.stringify(request.headers), text);
      bodies.push({ url: request.url ?? "", body: JSON.parse(text) });
      if (answering === "hang") return;
      response.writeHead(answering === "ok" ? 200 : 503, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans: () => bodies.flatMap(({ url, body }) => (url === "/v1/traces" ? spansIn(body) : [])),
    points: () => bodies.flatMap(({ url, body }) => (url === "/v1/metrics" ? pointsIn(body) : [])),
    text: () => texts.join("\n"),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
};

const wholeOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
};

const attributes = z
  .array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .default([])
  .transform((told) => Object.fromEntries(told.map(({ key, value }) => [key, Object.values(value)[0]])));
const span = z.object({
  name: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  attributes,
});
const traces = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(span) })) })),
});
const number = z.coerce.number().optional();
const dataPoints = z.array(z.object({ asInt: number, asDouble: number, count: number, attributes }));
const metric = z.object({
  name: z.string(),
  sum: z.object({ dataPoints }).optional(),
  histogram: z.object({ dataPoints }).optional(),
  gauge: z.object({ dataPoints }).optional(),
});
const measures = z.object({
  resourceMetrics: z.array(z.object({ scopeMetrics: z.array(z.object({ metrics: z.array(metric) })) })),
});

const spansIn = (body: unknown): ToldSpan[] =>
  traces
    .parse(body)
    .resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    .map((one) => ({ ...one, parentSpanId: one.parentSpanId }));

const pointsIn = (body: unknown): ToldPoint[] =>
  measures
    .parse(body)
    .resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    .flatMap(({ name, sum, histogram, gauge }) =>
      (sum ?? histogram ?? gauge ?? { dataPoints: [] }).dataPoints.map((point) => ({
        metric: name,
        value: point.asInt ?? point.asDouble ?? point.count ?? 0,
        attributes: point.attributes,
      })),
    );
