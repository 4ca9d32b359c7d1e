import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { dependencyOf, pointsOf } from "../../../shared/telemetry/measures.ts";
import { metrics, withinOf, withinValues } from "../../../shared/telemetry/metrics.ts";
import { cases } from "./measures-cases.ts";

test.each(cases)("%j adds what is documented of it", (event, expected) => {
  expect(pointsOf(event).map(({ metric, value, attributes }) => [metric, value, attributes])).toEqual(expected);
});

test("every metric but those that are read at export has an event; each record has exactly the attributes that are documented", () => {
  const points = cases.flatMap(([event]) => pointsOf(event));
  for (const { metric, attributes } of points) {
    expect(Object.keys(attributes).toSorted()).toEqual([...metrics[metric].attributes].toSorted());
  }
  const read = ["fanfare.breaker.open", "fanfare.process.rss", "fanfare.event_loop.lag"];
  expect(new Set([...points.map(({ metric }) => metric), ...read])).toEqual(new Set(Object.keys(metrics)));
});

test("a latency is counted at the smallest limit that it keeps", () => {
  expect([1_000, 1_001, 30_000, 3_600_001].map(withinOf)).toEqual(["1s", "5s", "30s", "more"]);
  fc.assert(fc.property(fc.nat(10_000_000), (ms) => withinValues.includes(withinOf(ms))));
});

test("whatever the sources say is away has a word of its own, and no other text gets through", async () => {
  const away = (await Promise.all(["shared", "functions"].map(namedAway))).flat();
  expect(away.length).toBeGreaterThan(8);
  expect(away.filter((what) => dependencyOf(`${what} is throttled or unreachable`) === "other")).toEqual([]);
  expect(dependencyOf("https://somebody.example/secret is throttled or unreachable")).toBe("other");
});

/** The names that sources of a folder throw `Unavailable` with. */
const namedAway = async (folder: string): Promise<string[]> => {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".ts"));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
  const thrown = /(?:new Unavailable|decidedAnew)\(\s*"([^"]+)"/g;
  return texts.flatMap((text) => [...text.matchAll(thrown)].flatMap(([, what]) => what ?? []));
};
