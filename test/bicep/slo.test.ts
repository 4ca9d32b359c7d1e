import { describe, expect, test } from "vitest";
import { alertOf, propertiesOf, queryOf } from "./support/alerts-made.ts";
import { minutesOf } from "./support/spans.ts";

describe("the objectives' alerts", () => {
  const query = queryOf(alertOf("slo-accepted"));
  const paces = [...query.matchAll(/Burn(\w+) > ([\d.]+) and Burn(\w+) > ([\d.]+) and Bad(\w+) >= 10/g)].map(
    ([, long = "", factor = "", short = "", shortFactor, counted]) => ({
      long,
      factor: Number(factor),
      short,
      shortFactor: Number(shortFactor),
      counted,
    }),
  );

  test("tell when 2 % of 30 days' budget went in an hour, 5 % in six, 10 % in two days", () => {
    const month = minutesOf("30d");
    const spent = paces.map(({ long, factor }) => [
      long,
      Math.round((factor * minutesOf(long) * 1_000) / month) / 1_000,
    ]);
    expect(spent).toEqual([
      ["1h", 0.02],
      ["6h", 0.05],
      ["2d", 0.1],
    ]);
  });

  test("are over soon after their cause is: a window of a twelfth must burn as fast", () => {
    for (const { long, short, factor, shortFactor, counted } of paces) {
      expect(minutesOf(long)).toBe(12 * minutesOf(short));
      expect(shortFactor).toBe(factor);
      expect(counted).toBe(long);
    }
  });

  test("count and divide, of each window, what its name says", () => {
    const counted = [...query.matchAll(/(Bad|All)(\w+) = sumif\((\w+), TimeGenerated > ago\((\w+)\)\)/g)];
    expect(counted).toHaveLength(2 * 6);
    for (const [, what, window, of, span] of counted) expect([of, span]).toEqual([what, window]);
    const divided = [...query.matchAll(/Burn(\w+) = iff\(All(\w+) > 0, Bad(\w+) \/ All(\w+) \/ Budget, 0\.0\)/g)];
    expect(divided).toHaveLength(6);
    for (const [, window, ...windows] of divided) expect(windows).toEqual([window, window, window]);
  });

  test("see each pace's whole window", () => {
    const windowOf = (name: string) => propertiesOf(alertOf(name)).windowSize;
    expect([windowOf("slo-accepted"), windowOf("slo-delivered")]).toEqual(["PT6H", "PT6H"]);
    expect([windowOf("slo-accepted-slow"), windowOf("slo-delivered-slow")]).toEqual(["P2D", "P2D"]);
  });
});
