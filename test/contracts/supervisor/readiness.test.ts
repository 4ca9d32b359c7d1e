import { expect, test } from "vitest";
import { atFirst } from "../../../infra/local/supervisor/readiness.ts";

test("a part that was ready once is ready again when it lives, whatever has become of the others", async () => {
  let othersAreWell = false;
  const ready = (): Promise<string | undefined> => Promise.resolve(othersAreWell ? undefined : "the bus is away");
  const isReady = atFirst(ready, () => Promise.resolve(undefined));
  expect(await isReady()).toBe("the bus is away");
  othersAreWell = true;
  expect(await isReady()).toBeUndefined();
  othersAreWell = false;
  expect(await isReady()).toBeUndefined();
});
