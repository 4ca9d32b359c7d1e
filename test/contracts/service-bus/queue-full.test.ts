import { describe, expect, test } from "vitest";
import { ownEmulator } from "../../support/service-bus/declaration.ts";
import { bodies, next } from "../../support/service-bus/receive.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";

const bus = useServiceBus();
const full = { name: "ServiceBusError", code: "QuotaExceeded" };
const large = (name: number): { body: string } => ({ body: `${name} ${"x".repeat(240_000)}` });
const namesOf = (texts: readonly unknown[]): number[] => texts.map((text) => Number.parseInt(String(text)));

// Azure's smallest queue holds a gigabyte, our emulator's a megabyte.
describe.runIf(ownEmulator)("a full queue", () => {
  test("refuses what it has no room for, keeps what it has, and takes messages again when there is room", async () => {
    const { name, sender, receiver } = await bus.queue("small");
    for (const body of [1, 2, 3, 4]) await sender.sendMessages(large(body));
    await expect(sender.sendMessages(large(5))).rejects.toMatchObject(full);
    await expect(sender.scheduleMessages(large(6), new Date(Date.now() + 60_000))).rejects.toMatchObject(full);
    expect(namesOf(bodies(await bus.contents(name)))).toEqual([1, 2, 3, 4]);
    await receiver.completeMessage(await next(receiver));
    await sender.sendMessages(large(7));
    expect(namesOf(bodies(await bus.contents(name)))).toEqual([2, 3, 4, 7]);
  });

  test("answers each of many sends for itself: what resolved is there, what was refused is not", async () => {
    const { name, sender } = await bus.queue("small");
    await sender.createMessageBatch(); // Opens the link, so that all of them are under way at once.
    const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
    const answers = await Promise.allSettled(numbers.map((body) => sender.sendMessages(large(body))));
    const accepted = numbers.filter((_, index) => answers[index]?.status === "fulfilled");
    expect(accepted.length).toBeGreaterThan(0);
    expect(accepted.length).toBeLessThan(numbers.length);
    expect(namesOf(bodies(await bus.contents(name)))).toEqual(accepted);
    expect(answers.find(({ status }) => status === "rejected")).toMatchObject({ reason: full });
  });
});
