import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { busLooks, type BusLooks } from "../../../infra/local/inbox/bus-told.ts";
import { startEmulator, type Emulator } from "../../support/service-bus/emulator.ts";
import { jobOf, sentJob, undertaker } from "../dead-letters/bus-under-test.ts";

let bus: Emulator;
let looks: BusLooks;
beforeAll(async () => {
  bus = await startEmulator(async (folder) => {
    const path = join(folder, "queues.json");
    await copyFile("infra/queues.json", path);
    return path;
  });
  looks = busLooks(bus);
});
afterAll(async () => {
  await looks.close();
  await bus.remove();
});

const stop = AbortSignal.timeout(60_000);

test("an empty queue has no dead letters, and is told so", async () => {
  expect(await looks.queue(stop)).toEqual({ value: { active: 0, scheduled: 0, deadLettered: 0 }, fault: null });
  expect(await looks.deadLetters(stop)).toEqual({ value: [], fault: null });
});

test("dead letters are counted, and the last five told, latest first, with why and about what", async () => {
  const burial = undertaker(bus.connectionString);
  const jobs = Array.from({ length: 6 }, () => jobOf({ kind: "fallback" }));
  const why = { deadLetterReason: "refused", deadLetterErrorDescription: "the table is away" };
  const numbers: string[] = [];
  for (const job of jobs) numbers.push(...(await burial.refused([sentJob(job)], why)));
  numbers.push(...(await burial.refused([{ body: "a stranger's", messageId: "s" }], why)));
  await burial.close();

  expect((await looks.queue(stop)).value).toMatchObject({ active: 0, deadLettered: 7 });
  const { value } = await looks.deadLetters(stop);
  expect(value?.map(({ sequence }) => sequence)).toEqual(numbers.toReversed().slice(0, 5));
  expect(value?.[0]).toMatchObject({ notificationId: null, kind: null, reason: "refused" });
  expect(value?.[1]).toMatchObject({
    notificationId: jobs[5]!.id,
    kind: "fallback",
    deliveryCount: expect.any(Number),
    description: "the table is away",
    enqueuedAt: expect.stringMatching(/^\d{4}-.*Z$/),
  });
});

test("a bus that was away is looked at again when it is back", async () => {
  await bus.crash();
  await expect(looks.queue(AbortSignal.timeout(2_000))).rejects.toThrow();
  await bus.restart();
  expect((await looks.queue(stop)).value).toMatchObject({ deadLettered: 7 });
  await expect
    .poll(async () => (await looks.deadLetters(AbortSignal.timeout(5_000))).value, { timeout: 15_000 })
    .toHaveLength(5);
});
