import { isSpanContextValid, SpanKind, SpanStatusCode, TraceFlags, type Span } from "@opentelemetry/api";
import type { Clock } from "../../shared/clock.ts";
import { fanoutQueue } from "../../shared/fanout/fanout.ts";
import { queueAttributes } from "../../shared/fanout/traced-fanout.ts";
import { afterEvent, noneOpen } from "../../shared/telemetry/breakers.ts";
import { described } from "../../shared/telemetry/described.ts";
import type { Emit, FanfareEvent } from "../../shared/telemetry/events.ts";
import { eventKeeper } from "../../shared/telemetry/kept.ts";
import { pointsOf } from "../../shared/telemetry/measures.ts";
import { readable } from "../../shared/telemetry/readable.ts";
import { inSpan } from "../../shared/telemetry/spans.ts";
import { parseTraceparent } from "../../shared/telemetry/trace-context.ts";
import type { RunningSdk } from "./running-sdk.ts";

type Uses = {
  readonly sdk: RunningSdk;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly chance: () => number;
  readonly samplePercent: number;
  /** Lines are for people. */
  readonly isDevelopment: boolean;
};

/** Takes one line, which becomes an entry of the platform's log. */
type Log = (line: string) => void;
type Work<T> = (emit: Emit) => Promise<T>;

/** A request, as far as its trace is concerned. */
type Asked = { readonly url: string; readonly headers: Pick<Headers, "get"> };
/** A message as the host gives it: the body, and its id where the host tells it. */
type Received = { readonly body: unknown; readonly messageId: unknown };

/** What the app tells of itself: of each event a line, the metrics it adds to, and what its span says. */
export type Telemetry = {
  /** Answers a request within a span of its own, in the trace of the caller if it names one (`traceparent`). */
  readonly request: <T>(asked: Asked, log: Log, work: Work<T>) => Promise<T>;
  /** Runs a message of the queue within a span of its own, in the trace of whoever sent it. */
  readonly message: <T>(received: Received, log: Log, work: Work<T>) => Promise<T>;
  /** For what has no trace. */
  readonly timer: (log: Log) => Emit;
  /** Sends what is still here, within three seconds. */
  readonly stop: () => Promise<void>;
};

/** The telemetry of this process. */
export const telemetry = ({ sdk, clock, chance, samplePercent, isDevelopment }: Uses): Telemetry => {
  const keeps = eventKeeper();
  let open = noneOpen;

  const isDrawn = (): boolean => chance() * 100 < samplePercent;
  /** Without an SDK no trace says which events belong together: then each request and each run has a lot of its own. */
  const isKept = (span: Span): boolean =>
    sdk.isTracing() && isSpanContextValid(span.spanContext())
      ? (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0
      : isDrawn();

  const lineOf = (event: FanfareEvent, span: Span | undefined): string | undefined => {
    if (isDevelopment) return readable(event);
    const isTraced = span !== undefined && sdk.isTracing();
    return JSON.stringify(isTraced ? { ...event, traceId: span.spanContext().traceId } : event);
  };

  const emitTo = (log: Log, isTraceKept: boolean, span?: Span): Emit => {
    return (event) => {
      sdk.record(pointsOf(event));
      open = afterEvent(open, event);
      sdk.holds(open);
      if (span) describe(span, event);
      if (span && sdk.isTracing() && isSpanEnough(event)) return;
      if (!keeps(event, isTraceKept, clock.now())) return;
      const line = lineOf(event, span);
      if (line !== undefined) log(line);
    };
  };

  return {
    request: ({ url, headers }, log, work) => {
      if (isProbe(url)) return work(emitTo(log, isDrawn()));
      const parent = parseTraceparent(headers.get("traceparent"));
      return inSpan("request", { kind: SpanKind.SERVER, parent }, (span) => work(emitTo(log, isKept(span), span)));
    },
    message: ({ body, messageId }, log, work) => {
      const attributes = { ...processing, ...(isOurId(messageId) && { "messaging.message.id": messageId }) };
      const parent = parseTraceparent(traceparentIn(body));
      return inSpan(`process ${fanoutQueue}`, { kind: SpanKind.CONSUMER, parent, attributes }, (span) =>
        work(emitTo(log, isKept(span), span)),
      );
    },
    timer: (log) => emitTo(log, true),
    stop: sdk.stop,
  };
};

/** With ten devices these would be most of all lines, and their spans say the same. */
const isSpanEnough = (event: FanfareEvent): boolean => event.event === "attempt" && event.outcome === "delivered";

/** They come every few seconds, from several places, and would be most of all traces. */
const isProbe = (url: string): boolean => new URL(url).pathname.startsWith("/health/");

const describe = (span: Span, event: FanfareEvent): void => {
  const told = described(event);
  if (!told) return;
  if (told.name !== undefined) span.updateName(told.name);
  span.setAttributes(told.attributes);
  if (told.isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
};

const processing = {
  ...queueAttributes,
  "messaging.operation.name": "process",
  "messaging.operation.type": "process",
};

/** Begins with a notification's id, as `messageIdOf` writes it. Whoever else may send names a message as they like, with a token perhaps. */
const isOurId = (messageId: unknown): messageId is string =>
  typeof messageId === "string" && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}:[\w:-]{1,100}$/.test(messageId);

/** Read before anybody knows whether it is a job of ours: what is none has no trace. */
const traceparentIn = (body: unknown): string | undefined => {
  const text: unknown =
    typeof body === "object" && body !== null && "traceparent" in body ? body.traceparent : undefined;
  return typeof text === "string" ? text : undefined;
};
