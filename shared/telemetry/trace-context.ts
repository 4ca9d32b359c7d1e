import { isSpanContextValid, type SpanContext } from "@opentelemetry/api";

const form = /^(?!ff)([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/**
 * Reads a `traceparent` (W3C Trace Context, https://www.w3.org/TR/trace-context/#traceparent-header); undefined for none, and for anything
 * else. What a version to come appends is passed over. `tracestate` is not taken along: it is whatever a stranger wrote.
 */
export const parseTraceparent = (text: string | null | undefined): SpanContext | undefined => {
  const [, version, traceId = "", spanId = "", flags = "", more] = form.exec(text ?? "") ?? [];
  if (version === "00" && more !== undefined) return undefined;
  const parsed = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(parsed) ? parsed : undefined;
};

/** Of the flags only whether it is sampled: that is all the form knows. */
export const printTraceparent = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-0${traceFlags & 1}`;
