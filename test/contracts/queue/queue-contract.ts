import { describe, expect, test } from "vitest";
import { copyOf, type Peeked, type Sent } from "../../simulation/queue.ts";
import { bury, deliveriesMax, hurried, next, type QueueUnderTest } from "./queue-under-test.ts";

/** Milliseconds within which a message that is there has come. */
const moment = 150;

const message = (name: string, more: Partial<Sent> = {}): Sent => ({ messageId: name, body: { name }, ...more });
const namesOf = (messages: readonly Peeked[]): string[] => messages.map(({ messageId }) => messageId);

/** What whoever implements the port `Queue` promises. `open` gives a queue of its own to each test. */
export const queueContract = (name: string, open: () => QueueUnderTest | Promise<QueueUnderTest>): void => {
  const nothingComes = async (queue: QueueUnderTest): Promise<void> => {
    expect(await queue.receiveWithin(moment)).toBeUndefined();
  };
  const nothingIsLeft = async (queue: QueueUnderTest): Promise<void> => {
    expect([await queue.peek(), await queue.peekDeadLetters()]).toEqual([[], []]);
    expect(await queue.counts()).toEqual({ active: 0, scheduled: 0, deadLettered: 0 });
  };

  // Concurrently, each on a queue of its own: on a real broker nearly all of their time is waiting.
  describe.concurrent(`${name} as a Queue`, () => {
    test("messages come in the order they were sent in, each as it was sent, once; completed they are gone", async () => {
      const queue = await open();
      const bodies = [{ text: "žluťoučký 🦓", nested: { list: [1, 0.5, null, true] } }, { absent: undefined }, "text"];
      for (const [index, body] of bodies.entries()) await queue.send({ messageId: `m${index}`, body });
      const received = [await next(queue), await next(queue), await next(queue)];
      expect(received.map(({ messageId }) => messageId)).toEqual(["m0", "m1", "m2"]);
      expect(received.map(({ body }) => body)).toStrictEqual([bodies[0], {}, "text"]);
      expect(received.map(({ deliveryCount }) => deliveryCount)).toEqual([1, 1, 1]);
      const sequences = received.map(({ sequence }) => sequence);
      expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
      await nothingComes(queue);
      for (const { token } of received) expect(await queue.complete(token)).toBe("settled");
      await nothingIsLeft(queue);
    });

    test("a locked message is nobody else's until its lock runs out; then it comes again, and its first holder is told", async () => {
      const queue = await open();
      const sentAt = queue.now();
      for (const name of ["a", "b"]) await queue.send(message(name));
      const [first, second] = [await next(queue), await next(queue)];
      expect(first.lockedUntil).toBeGreaterThanOrEqual(sentAt + hurried.lock);
      expect(first.lockedUntil).toBeLessThanOrEqual(queue.now() + hurried.lock);
      await nothingComes(queue);
      expect(await queue.counts()).toMatchObject({ active: 2 });

      const again = [await next(queue), await next(queue)];
      expect(queue.now()).toBeGreaterThanOrEqual(first.lockedUntil);
      expect(again).toMatchObject([
        { ...message("a"), sequence: first.sequence, deliveryCount: 2 },
        { ...message("b"), sequence: second.sequence, deliveryCount: 2 },
      ]);
      expect(await queue.renew(first.token)).toBeUndefined();
      expect(await queue.complete(first.token)).toBe("lock-lost");
      expect(await queue.abandon(second.token)).toBe("lock-lost");
      for (const { token } of again) expect(await queue.complete(token)).toBe("settled");
      await nothingIsLeft(queue);
    });

    test("a renewed lock holds for its whole duration from then", async () => {
      const queue = await open();
      await queue.send(message("a"));
      const { token, lockedUntil } = await next(queue);
      await queue.pass(lockedUntil - hurried.lock / 2);
      const renewedAt = queue.now();
      expect(await queue.renew(token)).toBeGreaterThanOrEqual(renewedAt + hurried.lock);
      await queue.pass(lockedUntil + 100);
      await nothingComes(queue);
      expect(await queue.complete(token)).toBe("settled");
      await nothingIsLeft(queue);
    });

    test("what is given back comes again at once, in its place, one delivery richer", async () => {
      const queue = await open();
      for (const name of ["a", "b"]) await queue.send(message(name));
      const first = await next(queue);
      expect(await queue.abandon(first.token)).toBe("settled");
      expect(await next(queue)).toMatchObject({ messageId: "a", sequence: first.sequence, deliveryCount: 2 });
      expect(await next(queue)).toMatchObject({ messageId: "b", deliveryCount: 1 });
    });

    test("what has failed as often as is allowed, given back or let go, is a dead letter and says so", async () => {
      const queue = await open();
      await queue.send(message("a"));
      for (let delivery = 1; delivery <= deliveriesMax; delivery += 1) {
        const { token, deliveryCount } = await next(queue);
        expect(deliveryCount).toBe(delivery);
        if (delivery !== 2) await queue.abandon(token);
      }
      expect(await queue.peekDeadLetters()).toMatchObject([
        { ...message("a"), failures: deliveriesMax, deadLetterReason: "MaxDeliveryCountExceeded" },
      ]);
      await nothingComes(queue);
      expect(await queue.counts()).toEqual({ active: 0, scheduled: 0, deadLettered: 1 });
    });

    test("a scheduled message comes at its time, behind what was sent meanwhile; one whose time is past comes at once", async () => {
      const queue = await open();
      const due = queue.now() + 2_500;
      await queue.send(message("later", { scheduledEnqueueTimeUtc: new Date(due) }));
      await queue.send(message("now"));
      await queue.send(message("past", { scheduledEnqueueTimeUtc: new Date(due - 60_000) }));
      expect(await queue.counts()).toEqual({ active: 2, scheduled: 1, deadLettered: 0 });
      expect(namesOf(await queue.peek())).toEqual(["later", "now", "past"]);
      const sooner = [await next(queue), await next(queue)];
      expect(sooner.map(({ messageId }) => messageId)).toEqual(["now", "past"]);
      for (const { token } of sooner) await queue.complete(token); // their locks end before the third is due
      await nothingComes(queue);
      const later = await next(queue);
      expect(queue.now()).toBeGreaterThanOrEqual(due);
      expect(later).toMatchObject({ ...message("later"), deliveryCount: 1 });
      expect(later.sequence).toBeGreaterThan(sooner[1]?.sequence ?? Infinity);
    });

    test("a repeated id is dropped while its message waits, is locked, and when it has been completed; another id is not", async () => {
      const queue = await open();
      for (const body of ["first", "repeated"]) await queue.send({ messageId: "a", body });
      const { token, body } = await next(queue);
      expect(body).toBe("first");
      await queue.send(message("a"));
      await nothingComes(queue);
      await queue.complete(token);
      await queue.send(message("a"));
      await queue.send(message("A"));
      expect(namesOf(await queue.peek())).toEqual(["A"]);
    });

    test("a repeated id is dropped while its message is scheduled, and a scheduled repetition of any", async () => {
      const queue = await open();
      const at = (seconds: number) => ({ scheduledEnqueueTimeUtc: new Date(queue.now() + seconds * 1_000) });
      await queue.send(message("scheduled", at(600)));
      await queue.send(message("scheduled"));
      await queue.send(message("scheduled", at(900)));
      await queue.send(message("sent"));
      await queue.send(message("sent", at(600)));
      expect(await queue.counts()).toEqual({ active: 1, scheduled: 1, deadLettered: 0 });
      expect(namesOf(await queue.peek())).toEqual(["scheduled", "sent"]);
    });

    test("an id is free again when the window has passed since it came first, however often it was repeated", async () => {
      const queue = await open();
      await queue.send(message("a"));
      const first = queue.now();
      await queue.complete((await next(queue)).token);
      await queue.pass(first + hurried.duplicateWindow - 1_000);
      await queue.send(message("a"));
      await nothingComes(queue);
      await queue.pass(first + hurried.duplicateWindow + 100);
      await queue.send(message("a"));
      expect(await next(queue)).toMatchObject({ messageId: "a", deliveryCount: 1 });
    });

    test("a life counts from when its message becomes visible, and what has outlived it leaves no trace", async () => {
      const queue = await open();
      const due = queue.now() + 1_200;
      await queue.send(message("now", { timeToLive: 1_000 }));
      await queue.send(message("later", { timeToLive: 2_500, scheduledEnqueueTimeUtc: new Date(due) }));
      await queue.pass(due + 300);
      const [later, ...others] = await queue.peek();
      expect([later?.messageId, others]).toEqual(["later", []]);
      expect(later?.expiresAt).toBeGreaterThanOrEqual(due + 2_500);
      await queue.pass(due + 2_700);
      await nothingIsLeft(queue);
      await nothingComes(queue);
    });

    test("a lock shields from the end of a life: what is held may be completed, what is given back then is gone", async () => {
      const queue = await open();
      for (const name of ["held", "given back"]) await queue.send(message(name, { timeToLive: 1_000 }));
      const sent = queue.now();
      const [held, givenBack] = [await next(queue), await next(queue)];
      await queue.pass(sent + 1_100);
      expect(await queue.counts()).toMatchObject({ active: 2 });
      expect(await queue.complete(held.token)).toBe("settled");
      expect(await queue.abandon(givenBack.token)).toBe("settled");
      await nothingComes(queue);
      await nothingIsLeft(queue);
    });

    test("a dead letter stays beyond its life, whoever looks at it or fails with it, until it is completed", async () => {
      const queue = await open();
      await bury(queue, message("a", { timeToLive: 2_500 }));
      const buriedAt = queue.now();
      for (let failure = 1; failure <= deliveriesMax; failure += 1) {
        const received = await queue.receiveDeadLetter();
        expect(received).toMatchObject(message("a"));
        expect(await queue.abandon(received?.token ?? "")).toBe("settled");
      }
      await queue.pass(buriedAt + 2_600);
      for (const _look of [1, 2]) expect(namesOf(await queue.peekDeadLetters())).toEqual(["a"]);
      await nothingComes(queue);
      const received = await queue.receiveDeadLetter();
      expect(await queue.receiveDeadLetter()).toBeUndefined();
      expect(await queue.complete(received?.token ?? "")).toBe("settled");
      await nothingIsLeft(queue);
    });

    test("a dead letter is not sent again under its own id; its replayed copy comes once, however often it is sent", async () => {
      const queue = await open();
      await bury(queue, message("a", { timeToLive: 60_000 }));
      await queue.send(message("a"));
      await nothingComes(queue);
      const [deadLetter] = await queue.peekDeadLetters();
      if (!deadLetter) throw new Error("There is no dead letter.");
      for (const _time of [1, 2]) await queue.send(copyOf(deadLetter, queue.now()));
      const copy = await next(queue);
      expect(copy).toMatchObject({ body: message("a").body, deliveryCount: 1 });
      await queue.send(copyOf(deadLetter, queue.now()));
      await queue.complete(copy.token);
      expect(namesOf(await queue.peek())).toEqual([]);
      expect(namesOf(await queue.peekDeadLetters())).toEqual(["a"]);
    });

    test("a copy that becomes a dead letter itself can be replayed in its turn", async () => {
      const queue = await open();
      await bury(queue, message("a"));
      for (const _time of [1, 2]) {
        const deadLetter = await queue.receiveDeadLetter();
        if (!deadLetter) throw new Error("There is no dead letter.");
        await bury(queue, copyOf(deadLetter, queue.now()));
        await queue.complete(deadLetter.token);
      }
      expect(await queue.peekDeadLetters()).toMatchObject([{ body: message("a").body, failures: deliveriesMax }]);
    });
  });
};
