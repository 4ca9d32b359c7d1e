import { expect, test } from "vitest";
import { boundsOf } from "../../bench/capacity/bounds.ts";
import { drainOfQueue } from "../../bench/capacity/drain.ts";
import { values } from "../../bench/capacity/inputs/inputs.ts";
import { outageOf } from "../../bench/capacity/outage.ts";
import { standardScenario, type Scenario } from "../../bench/capacity/scenario.ts";
import { simulate } from "../../bench/capacity/simulation/simulate.ts";

const calm: Scenario = { ...standardScenario, burst: 0 };
const seed = 7;

test.each<readonly [string, number, Partial<Scenario>]>([
  ["credits bind", 500_000, {}],
  ["instances bind", 100_000, { instancesMost: 4 }],
  ["hands bind", 200_000, { devices: 1, instancesMost: 3, sku: "premium" }],
  ["the tables bind", 1_000_000, { sku: "premium", units: 16 }],
  ["FCM binds", 1_000_000, { sku: "premium", units: 16, devices: 10, instancesMost: 1_000 }],
])("a backlog drains in the time that the formula says, within 5 %%: %s", (_, backlog, changes) => {
  const scenario = { ...calm, ...changes, perSecond: 0 };
  const story = simulate({ scenario, seed, backlog, steadySeconds: 0, receives: "delayed" });
  const ratio = story.seconds / drainOfQueue(backlog, scenario).seconds;
  expect(ratio).toBeGreaterThan(0.95);
  expect(ratio).toBeLessThan(1.05);
  expect(story.delivered).toBe(backlog * scenario.devices);
});

test("in a draining queue the ages are those of who comes first is received first: half waits half of the time", () => {
  const scenario = { ...calm, perSecond: 0 };
  const { age, seconds } = simulate({ scenario, seed, backlog: 500_000, steadySeconds: 0, receives: "delayed" });
  expect(age.p50 / seconds).toBeCloseTo(0.5, 1);
  expect(age.p99 / seconds).toBeCloseTo(0.99, 1);
});

test("at seven tenths of what binds no caller is refused and next to nothing waits; beyond it callers are refused, and all are accepted in the end, later than the bound alone would have it", () => {
  const bound = boundsOf(calm)[0]?.perSecond ?? NaN;
  const at = (share: number, steadySeconds: number) =>
    simulate({ scenario: { ...calm, perSecond: bound * share }, seed, steadySeconds, receives: "delayed" });
  const below = at(values.headroom, 300);
  expect(below.refused).toMatchObject({ posts: 0, tables: 0, pushes: 0 });
  expect(below.within30s).toBeGreaterThan(0.99);
  const beyond = at(1.3, 300);
  expect(beyond.refused.posts).toBeGreaterThan(0);
  expect(beyond.callersInAt).toBeGreaterThan(300);
  expect(beyond.accepted / (bound * 1.3 * 300)).toBeCloseTo(1, 1);
  expect(beyond.accepted / beyond.seconds / bound).toBeLessThan(1.01);
});

test("while a push service is away, messages come in vain as often as the formula says, and all arrive after it", () => {
  const scenario: Scenario = { ...calm, sku: "premium", units: 4, perSecond: 2 };
  const troubles = [{ share: 0.3, kind: "failing", fromSecond: 60, untilSecond: 1_860 }] as const;
  const story = simulate({ scenario, seed, steadySeconds: 1_860, troubles, receives: "delayed" });
  const inVain = story.retries / 1_800 / scenario.perSecond;
  // Fewer at first, when a wait is as long as it takes until the next try, and not a part of the outage.
  expect(inVain / outageOf(0.3, scenario).inVain).toBeGreaterThan(0.75);
  expect(inVain / outageOf(0.3, scenario).inVain).toBeLessThan(1.05);
  expect(story.delivered).toBe(story.accepted * scenario.devices);
});

test("what no formula shows: more instances than the credits feed are told to wait, sleep together, and the drain takes longer", () => {
  const scenario = { ...calm, perSecond: 0 };
  const plot = { scenario, seed, backlog: 500_000, steadySeconds: 0 };
  const [delayed, refused] = (["delayed", "refused"] as const).map((receives) => simulate({ ...plot, receives }));
  expect(refused?.delivered).toBe(delayed?.delivered);
  expect((refused?.seconds ?? 0) / (delayed?.seconds ?? NaN)).toBeGreaterThan(1.5);
});

test("the same seed tells the same story, another one another", () => {
  const scenario = { ...standardScenario, burst: 10_000 };
  const told = (one: number) => simulate({ scenario, seed: one, steadySeconds: 100, receives: "refused" });
  expect(told(1)).toEqual(told(1));
  expect(told(1)).not.toEqual(told(2));
});

test("instances come a few at a time and go when nothing waits, and nothing is lost in a burst", () => {
  const scenario = { ...standardScenario, burst: 20_000 };
  const story = simulate({ scenario, seed, steadySeconds: 900, receives: "delayed" });
  const steps = story.course.slice(1).map(({ instances }, at) => instances - (story.course[at]?.instances ?? 0));
  expect(Math.max(...steps)).toBe(values.scaleStep);
  expect(story.course.at(-1)?.instances).toBeLessThan(story.instancesMost);
  expect(story.delivered).toBe(story.accepted * scenario.devices);
});
