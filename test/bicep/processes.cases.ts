import { describe, expect, test } from "vitest";
import type { MetricName } from "../../shared/telemetry/metrics.ts";
import { isUp, logged, measured, ofWorkspace, thrown, type Told } from "./support/alert-fires.ts";

const mebibytes = 2 ** 20;
/** A process' memory in MB, the mean of two records. */
const memory = (minutesAgo: number, megabytes = 200, instance = "one"): Told =>
  measured("fanfare.process.rss", minutesAgo, 2 * megabytes * mebibytes, {}, { instance, items: 2 });
const gauge = (name: "fanfare.dead_letters" | "fanfare.purge.lag", minutesAgo: number, value = 0): Told =>
  measured(name, minutesAgo, 2 * value, {}, { items: 2 });
const capped = (minutesAgo: number): Told =>
  ofWorkspace(minutesAgo, "Ingestion", "Data collection stopped, the daily limit is reached: OverQuota");

/** When the alerts on the app's processes and timers are up, as infra/alerts.md says it. */
export const processCases = (): void => {
  test("silent is up when no process told its memory for a quarter of an hour, unless the workspace is over its cap", () => {
    expect([14, 16].map((ago) => isUp("silent", memory(ago)))).toEqual([false, true]);
    expect(isUp("silent")).toBe(true);
    expect(isUp("silent", gauge("fanfare.dead_letters", 1))).toBe(true); // kept rows of a process that is no more
    expect([60, 1_439, 1_441].map((ago) => isUp("silent", capped(ago)))).toEqual([false, false, true]);
    expect(isUp("silent", ofWorkspace(1, "Ingestion", "Schema changed"))).toBe(true);
  });

  test("telemetry-capped is up for a day after the workspace took no more, and for nothing else that it says", () => {
    expect([1, 1_439, 1_441].map((ago) => isUp("telemetry-capped", capped(ago)))).toEqual([true, true, false]);
    expect(isUp("telemetry-capped", ofWorkspace(1, "Ingestion", "Over the limit of columns"))).toBe(false);
    expect(isUp("telemetry-capped", ofWorkspace(1, "Export", "OverQuota"))).toBe(false);
  });

  test("timers-silent is up when the app lived a quarter of an hour ago and one of two timers told nothing for half an hour", () => {
    const [looks, purges] = [gauge("fanfare.dead_letters", 29), gauge("fanfare.purge.lag", 29)];
    expect(isUp("timers-silent", memory(16), looks, purges)).toBe(false);
    expect(isUp("timers-silent", memory(16), looks)).toBe(true);
    expect(isUp("timers-silent", memory(16), purges)).toBe(true);
    expect(isUp("timers-silent", memory(16), gauge("fanfare.dead_letters", 31), purges)).toBe(true);
    expect(isUp("timers-silent", memory(16), looks, gauge("fanfare.purge.lag", 31))).toBe(true);
    expect(isUp("timers-silent", memory(14))).toBe(false); // it has just begun
  });

  test("purge-behind is up when for an hour the purge was never less than 3,600 s behind", () => {
    const behind = (...seconds: number[]): boolean =>
      isUp("purge-behind", ...seconds.map((value, index) => gauge("fanfare.purge.lag", 59 - index, value)));
    expect([behind(3_601, 9_000), behind(9_000, 3_599), behind(3_600)]).toEqual([true, false, false]);
    expect(isUp("purge-behind", gauge("fanfare.purge.lag", 61, 9_000))).toBe(false);
    expect(isUp("purge-behind", measured("fanfare.purged", 1, 9_000, {}))).toBe(false);
  });

  test("memory is up when a process kept more than 70 % of 2,048 MB for ten minutes and more", () => {
    const kept = (minutes: number, megabytes: number, instance = "one"): Told[] =>
      Array.from({ length: minutes }, (_, index) => memory(index + 1, megabytes, instance));
    expect([1_433, 1_434].map((megabytes) => isUp("memory", ...kept(10, megabytes)))).toEqual([false, true]);
    expect([9, 10].map((minutes) => isUp("memory", ...kept(minutes, 1_500)))).toEqual([false, true]);
    expect(isUp("memory", ...kept(20, 1_500), memory(25, 200))).toBe(false); // it gave it back
    expect(isUp("memory", ...kept(20, 1_500), ...kept(20, 200, "other"))).toBe(true);
    expect(isUp("memory", ...kept(20, 1_500), memory(31, 200))).toBe(true);
  });

  describe("restarts", () => {
    const exit = (minutesAgo: number): Told =>
      thrown(minutesAgo, "Microsoft.Azure.WebJobs.Script.WorkerProcessExitException");
    const said = (minutesAgo: number): Told => logged(minutesAgo, "node exited with code 1 (0x1).");
    /** One that lived for so many minutes. */
    const brief = (index: number, from = 20, minutes = 1, work?: MetricName): Told[] => {
      const instance = `number ${index}`;
      const more = work ? [measured(work, from, 1, {} as never, { instance })] : [];
      return [memory(from, 200, instance), memory(from - minutes, 200, instance), ...more];
    };
    const six = (one: (index: number) => Told | Told[]): boolean =>
      isUp("restarts", ...Array.from({ length: 6 }, (_, index) => one(index)).flat());

    test("is up when more than five processes ended in half an hour: the host says so, or they lived briefly and did nothing", () => {
      expect(isUp("restarts", exit(1), exit(2), said(3), said(4), ...brief(5))).toBe(false);
      expect(isUp("restarts", exit(1), exit(2), said(3), said(4), ...brief(5), ...brief(6))).toBe(true);
      expect([29, 31].map((ago) => six(() => exit(ago)))).toEqual([true, false]);
    });

    test("takes what did something, lived for three minutes, may live still, or began before for no end", () => {
      expect(six((index) => brief(index, 20, 2.9))).toBe(true);
      expect(six((index) => brief(index, 20, 3.1))).toBe(false);
      expect(six((index) => brief(index, 20, 1, "fanfare.purged"))).toBe(false);
      expect(six((index) => brief(index, 20, 1, "fanfare.event_loop.lag"))).toBe(true);
      expect(six((index) => brief(index, 20, 1, "fanfare.breaker.open"))).toBe(true);
      expect([3.5, 4.5].map((from) => six((index) => brief(index, from)))).toEqual([false, true]);
      expect([24, 26].map((from) => six((index) => brief(index, from)))).toEqual([true, false]);
    });

    test("takes what the app itself logs, or throws, for no end", () => {
      expect(six(() => logged(1, `{"event":"request","reason":"exited with code"}`))).toBe(false);
      expect(six(() => thrown(1, "TypeError"))).toBe(false);
    });
  });
};
