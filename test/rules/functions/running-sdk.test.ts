import { expect, test } from "vitest";
import { comingSdk, noSdk } from "../../../functions/telemetry/running-sdk.ts";
import type { Point } from "../../../shared/telemetry/metrics.ts";

const point: Point = { metric: "fanfare.purged", value: 1, attributes: {} };

test("metrics wait for an SDK that is still being loaded; one that cannot start is reported once, without its reason's words", async () => {
  const got: Point[] = [];
  const sdk = comingSdk(
    () => Promise.resolve({ ...noSdk, record: (points) => void got.push(...points) }),
    () => undefined,
  );
  sdk.record([point]);
  expect(got).toEqual([]);
  await sdk.stop();
  sdk.record([point]);
  expect(got).toEqual([point, point]);

  const sentences: string[] = [];
  const broken = comingSdk(
    () => Promise.reject(new RangeError("InstrumentationKey=secret")),
    (sentence) => void sentences.push(sentence),
  );
  broken.record([point]);
  await broken.stop();
  broken.record([point]);
  expect(sentences).toEqual(["Telemetry cannot be exported, for it cannot be started (RangeError). All else goes on."]);

  const missing = Object.assign(new Error("Cannot find module './telemetry.cjs'"), { code: "MODULE_NOT_FOUND" });
  await comingSdk(
    () => Promise.reject(missing),
    (sentence) => void sentences.push(sentence),
  ).stop();
  expect(sentences[1]).toContain("(MODULE_NOT_FOUND)");
});
