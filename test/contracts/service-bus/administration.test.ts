import { describe, expect, test } from "vitest";
import { adminKnown, durations, ownEmulator, queues } from "../../support/service-bus/declaration.ts";
import { next } from "../../support/service-bus/receive.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";
import { until } from "../../support/until.ts";

const bus = useServiceBus();

describe.runIf(adminKnown)("the administration client", () => {
  test("reads a queue's properties as they were declared", async () => {
    const seconds = (milliseconds: number): string => `PT${milliseconds / 1_000}S`;
    const admin = bus.admin();
    expect(await admin.getQueue(queues.noDuplicates)).toMatchObject({
      name: queues.noDuplicates,
      lockDuration: "PT1M",
      maxDeliveryCount: 10,
      requiresDuplicateDetection: true,
      duplicateDetectionHistoryTimeWindow: seconds(durations.duplicateWindow),
      deadLetteringOnMessageExpiration: false,
      requiresSession: false,
      status: "Active",
    });
    expect(await admin.getQueue(queues.fewDeliveries)).toMatchObject({
      maxDeliveryCount: 3,
      lockDuration: seconds(durations.shortLock),
    });
    expect(await admin.getQueue(queues.expiring)).toMatchObject({
      deadLetteringOnMessageExpiration: true,
      defaultMessageTimeToLive: seconds(durations.defaultTimeToLive),
      requiresDuplicateDetection: false,
    });
  });

  test("lists every queue", async () => {
    const names: string[] = [];
    for await (const { name } of bus.admin().listQueues()) names.push(name);
    expect(names).toEqual(expect.arrayContaining(Object.values(queues)));
    expect(new Set(names).size).toBe(names.length);
  });

  test("lists queues by pages", async () => {
    const names: string[] = [];
    for await (const page of bus.admin().listQueues().byPage({ maxPageSize: 2 })) {
      expect(page.length).toBeLessThanOrEqual(2);
      names.push(...page.map(({ name }) => name));
    }
    expect(names).toEqual(expect.arrayContaining(Object.values(queues)));
    expect(new Set(names).size).toBe(names.length);
  });

  test("counts active, scheduled and dead-lettered messages", async () => {
    const { name, sender, receiver } = await bus.queue("plain");
    await sender.sendMessages(["dead", "completed", "active", "active"].map((body) => ({ body })));
    await sender.scheduleMessages({ body: "scheduled" }, new Date(Date.now() + 3_600_000));
    await receiver.deadLetterMessage(await next(receiver));
    await receiver.completeMessage(await next(receiver));
    // Azure's counts follow with a delay.
    await until(
      async () => {
        const counts = await bus.admin().getQueueRuntimeProperties(name);
        expect(counts).toMatchObject({
          name,
          activeMessageCount: 2,
          scheduledMessageCount: 1,
          deadLetterMessageCount: 1,
          totalMessageCount: 4,
          transferMessageCount: 0,
          transferDeadLetterMessageCount: 0,
        });
        expect(counts.sizeInBytes).toBeGreaterThan(0);
        return true;
      },
      { what: "the counts are right" },
    );
    const listed = [];
    for await (const counts of bus.admin().listQueuesRuntimeProperties()) listed.push(counts);
    expect(listed).toContainEqual(expect.objectContaining({ name, activeMessageCount: 2 }));
  });

  test("counts a locked message as active until it is settled", async () => {
    const { name, sender, receiver } = await bus.queue("plain");
    await sender.sendMessages({ body: "locked" });
    const message = await next(receiver);
    expect(await bus.admin().getQueueRuntimeProperties(name)).toMatchObject({
      activeMessageCount: 1,
      totalMessageCount: 1,
    });
    await receiver.completeMessage(message);
    await until(async () => (await bus.admin().getQueueRuntimeProperties(name)).totalMessageCount === 0, {
      what: "no message is counted",
    });
  });

  test("says that a queue does not exist", async () => {
    const admin = bus.admin();
    expect(await admin.queueExists(queues.plain)).toBe(true);
    expect(await admin.queueExists("conformance-there-is-no-such-queue")).toBe(false);
    for (const question of [
      admin.getQueue("conformance-there-is-no-such-queue"),
      admin.getQueueRuntimeProperties("conformance-there-is-no-such-queue"),
    ]) {
      await expect(question).rejects.toMatchObject({
        name: "RestError",
        statusCode: 404,
        code: "MessageEntityNotFoundError",
      });
    }
  });

  test("is refused with a wrong key", async () => {
    const wrong = bus.broker().connectionString.replace(/SharedAccessKey=[^;]+/, "SharedAccessKey=AAAA");
    const admin = bus.admin(wrong);
    await expect(admin.getQueue(queues.plain)).rejects.toMatchObject({ name: "RestError", statusCode: 401 });
  });

  test.runIf(ownEmulator)("cannot create, change or delete: our emulator's queues are declared in a file", async () => {
    const admin = bus.admin();
    const before = await admin.getQueue(queues.plain);
    const refused = { name: "RestError", statusCode: 501 };
    await expect(admin.createQueue("conformance-new")).rejects.toMatchObject(refused);
    await expect(admin.updateQueue({ ...before, maxDeliveryCount: 4 })).rejects.toMatchObject(refused);
    await expect(admin.deleteQueue(queues.plain)).rejects.toMatchObject(refused);
    expect(await admin.queueExists("conformance-new")).toBe(false);
    expect(await admin.getQueue(queues.plain)).toMatchObject({ maxDeliveryCount: before.maxDeliveryCount });
  });
});
