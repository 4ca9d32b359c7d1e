import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import type { Feed, Once } from "../../../shared/feed/feed.ts";
import { tableFeed } from "../../../shared/feed/feed.table.ts";
import type { NotificationId } from "../../../shared/notification/notification.ts";
import { Problem } from "../../../shared/problem.ts";
import { tableExpiryHints } from "../../../shared/storage/expiry-hints.table.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { draftOf, handClock, newFeed } from "./samples.ts";
import { pausesAreTurns, pausesTakeTime, scheduledTable } from "./scheduled-table.ts";

beforeEach(pausesAreTurns);
afterEach(pausesTakeTime);

const window = 5 * milliseconds.minute;

/** A repeat under an Idempotency-Key is the one kind that is no write of the user's. */
const writes = fc.record({
  by: fc.nat({ max: 2 }),
  kind: fc.constantFrom("post", "replace", "post under a key", "mark", "delete", "repeat"),
});
type Write = typeof writes extends fc.Arbitrary<infer Made> ? Made : never;

/** Time passes between rounds; in a round all write at once. */
const rounds = fc.array(
  fc.record({
    waitMs: fc.oneof(fc.nat({ max: window }), fc.constantFrom(0, 1, window - 1, window, window + 1)),
    atOnce: fc.array(writes, { minLength: 1, maxLength: 7 }),
  }),
  { maxLength: 6 },
);

/** What the user has from the start; all the writes are about it. */
type Standing = { readonly marked: NotificationId; readonly deleted: NotificationId; readonly once: Once };

test("over several instances, in whatever order their requests get through, exactly as many writes pass as there is room for, and who is refused is told the second in which one passes", async () => {
  const limits = fc.integer({ min: 2, max: 8 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), rounds, limits, async (scheduler, taken, per5Minutes) => {
      const [feed, clock] = [newFeed(), handClock()];
      const use = { feeds: scheduledTable(memoryTable(), scheduler), clock, limits: { per5Minutes, perDay: 10_000 } };
      const instances = Array.from({ length: 3 }, () => tableFeed({ ...use, hints: tableExpiryHints(memoryTable()) }));
      const newOnce = (): Once => ({ key: crypto.randomUUID(), body: "body" });
      const post = (by: Feed, appNotificationId: string, once?: Once) =>
        by.accept(feed, draftOf({ appNotificationId }), once);
      const take = ({ by, kind }: Write, { marked, deleted, once }: Standing): Promise<unknown> => {
        const instance = instances[by] ?? instances[0]!;
        if (kind === "mark") return instance.change(feed, [marked], { readState: "read" });
        if (kind === "delete") return instance.remove(feed, deleted);
        if (kind === "repeat") return post(instance, "marked", once);
        if (kind === "replace") return post(instance, "replaced");
        return post(instance, crypto.randomUUID(), kind === "post" ? undefined : newOnce());
      };

      const once = newOnce();
      const [marked, deleted] = await scheduler.waitFor(
        Promise.all([post(instances[0]!, "marked", once), post(instances[1]!, "deleted")]),
      );
      const standing = { marked: marked.notification.id, deleted: deleted.notification.id, once };
      const passed = [clock.at, clock.at];
      for (const { waitMs, atOnce } of taken) {
        clock.at += waitMs;
        const ends = await scheduler.waitFor(Promise.allSettled(atOnce.map((write) => take(write, standing))));
        const within = passed.filter((at) => at > clock.at - window);
        const counted = ends.filter((_, index) => atOnce[index]?.kind !== "repeat");
        const refusals = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []));
        const pass = Math.min(per5Minutes - within.length, counted.length);
        expect(refusals).toHaveLength(counted.length - pass);

        passed.push(...Array<number>(pass).fill(clock.at));
        const firstToLeave = passed.at(-per5Minutes) ?? 0;
        const retryAfterSeconds = Math.max(1, Math.ceil((firstToLeave + window - clock.at) / milliseconds.second));
        for (const refusal of refusals) {
          expect(refusal).toBeInstanceOf(Problem);
          expect(refusal).toMatchObject({ kind: "busy", retryAfterSeconds });
        }
      }
    }),
    { numRuns: 60 },
  );
});
