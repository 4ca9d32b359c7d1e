import {
  context,
  isSpanContextValid,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
  type SpanContext,
  type SpanKind,
} from "@opentelemetry/api";
import { printTraceparent } from "./trace-context.ts";

type SpanOptions = {
  readonly kind: SpanKind;
  readonly attributes?: Attributes;
  /** Instead of the span that is active here. */
  readonly parent?: SpanContext | undefined;
};

/**
 * Runs within a span of its own, a child of the active one, which ends when `run` has; failed if that rejects. Spans are made by hand, for
 * one bundled file has no modules to be patched. Attributes never name a person, a device or a content. Costs next to nothing while no SDK
 * is started.
 */
export const inSpan = async <T>(
  name: string,
  { kind, attributes = {}, parent }: SpanOptions,
  run: (span: Span) => Promise<T>,
): Promise<T> => {
  const from = parent ? trace.setSpanContext(context.active(), parent) : context.active();
  const span = trace.getTracer("fanfare").startSpan(name, { kind, attributes }, from);
  try {
    return await context.with(trace.setSpan(from, span), () => run(span));
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR }); // without a message: a bug's may quote anything
    throw error;
  } finally {
    span.end();
  }
};

/** The active span as a `traceparent`; undefined where there is none. */
export const activeTraceparent = (): string | undefined => {
  const active = trace.getSpanContext(context.active());
  return active && isSpanContextValid(active) ? printTraceparent(active) : undefined;
};
