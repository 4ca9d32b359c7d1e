import { expect, test } from "vitest";
import { standardPercent } from "../../../functions/telemetry/telemetry-settings.ts";
import { restCost, telemetryCost } from "./cost.ts";

test.each([1, 3, 10])(
  "of notifications to %i devices telemetry costs less than a tenth of all the rest, as it is sampled by default",
  (devices) => {
    const share = telemetryCost(devices, standardPercent) / restCost(devices);
    expect(share).toBeLessThan(0.1);
    expect(telemetryCost(devices, 100) / restCost(devices), "why it is sampled").toBeGreaterThan(1);
  },
);
