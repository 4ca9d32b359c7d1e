import { expect } from "vitest";
import { startCollector, type Collector } from "./collector.ts";
import { beginningOf, secretsFinder } from "./secrets-told.ts";
import { startStack, type LocalStack, type StackOptions } from "./stack.ts";

/** A local stack whose telemetry goes to a collector of the test's. */
export type ListenedStack = LocalStack & { readonly collector: Collector };

/** Starts both. `stop` ends both, and does not look at what was told. */
export const startListenedStack = async (options: StackOptions = {}): Promise<ListenedStack> => {
  const collector = await startCollector();
  const env = { ...options.env, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
  const stack = await startStack({ ...options, env }).catch(async (error: unknown) => {
    await collector.stop();
    throw error;
  });
  const stop: LocalStack["stop"] = async () => stack.stop().finally(() => collector.stop());
  return { ...stack, collector, stop };
};

/**
 * Stops the stack, which sends what is left, and expects that neither its telemetry nor its output told a secret, and that its telemetry and the
 * app's own lines of the output told no person, device or content either. Fails as well when nothing was told at all.
 */
export const expectNothingTold = async (stack: ListenedStack): Promise<void> => {
  const { collector } = stack;
  const find = await secretsFinder(stack);
  const confided = ["contoso.com", ...stack.confided()];
  await stack.stop();
  const output = stack.output();
  const ofApp = output.split("\n").filter((line) => line.startsWith("functions"));
  const told = [collector.text(), ofApp.join("\n")];
  expect([collector.spans(), collector.points(), ofApp].map((all) => all.length > 10)).toEqual([true, true, true]);
  expect(find(JSON.stringify(stack.stack))).toContain("serviceBusKey"); // it is this stack's keys that are looked for
  expect([find(collector.text()), find(output)]).toEqual([[], []]);
  const isTold = (text: string, one: string): boolean =>
    [one, JSON.stringify(one).slice(1, -1)].some((form) => text.includes(beginningOf(form)));
  for (const text of told) expect(confided.filter((one) => isTold(text, one))).toEqual([]);
};
