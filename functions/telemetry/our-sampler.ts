import { SpanKind, trace, TraceFlags } from "@opentelemetry/api";
import { SamplingDecision, type Sampler } from "@opentelemetry/sdk-trace-base";

/**
 * Draws a lot for each request, and everything that follows from it, the deliveries days later too, keeps to it: whole traces or none. A
 * caller's `sampled` flag is not asked, nor does its trace id decide: both are a stranger's writing, and would let anybody run up the bill.
 * `share` is of all traces, from 0 to 1; `chance` gives a number in [0, 1).
 */
export const ourSampler = (share: number, chance: () => number): Sampler => ({
  shouldSample: (parentContext, _traceId, _name, kind) => {
    const parent = trace.getSpanContext(parentContext);
    const isOurs = parent !== undefined && kind !== SpanKind.SERVER;
    const isKept = isOurs ? (parent.traceFlags & TraceFlags.SAMPLED) !== 0 : chance() < share;
    return { decision: isKept ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
  },
  toString: () => `OurSampler{${share}}`,
});
