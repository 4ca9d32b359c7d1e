import { expect } from "vitest";
import type { Collector, ToldSpan } from "../../support/collector.ts";

/** Expects that each notification was told as one tree of which no part is missing, down to the last retry of a service that was busy. */
export const expectTrees = (collector: Collector): void => {
  const spans = collector.spans();
  const parentOf = ({ traceId, parentSpanId }: ToldSpan): ToldSpan | undefined =>
    spans.find((one) => one.spanId === parentSpanId && one.traceId === traceId);
  expect(spans.filter((span) => span.parentSpanId !== undefined && !parentOf(span))).toEqual([]);
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  expect(roots).toHaveLength(new Set(spans.map(({ traceId }) => traceId)).size);
  const wayTo = (span: ToldSpan | undefined): string[] => (span ? [...wayTo(parentOf(span)), span.name] : []);
  const chains = spans.flatMap((span) => (span.name.startsWith("push ") ? [wayTo(span)] : []));
  const direct = ["POST /me/notifications", "send fanout", "process fanout", "push webpush"];
  expect(chains).toContainEqual(direct);
  const again = ["send fanout", "process fanout"];
  expect(chains).toContainEqual([...direct.slice(0, 3), ...again, "push webpush"]);
  expect(collector.points()).toContainEqual(
    expect.objectContaining({ metric: "fanfare.accepted", attributes: { kind: "new" } }),
  );
};
