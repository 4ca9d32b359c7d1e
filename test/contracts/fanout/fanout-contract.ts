import { describe, expect, test } from "vitest";
import { milliseconds, type Clock } from "../../../shared/clock.ts";
import type { Fanout } from "../../../shared/fanout/fanout.ts";
import { nextJob, parseFanoutJob, type FanoutJob } from "../../../shared/fanout/job.ts";
import { newNotificationId } from "../../../shared/notification/notification.ts";
import type { SubscriptionId } from "../../../shared/subscription/subscription.ts";
import { newFeed } from "../feed/samples.ts";

/** A bus with the queue `fanout`, and its time. */
export type FanoutUnderTest = {
  readonly clock: Clock;
  /** Another sender. */
  readonly open: () => Fanout;
  /** Takes so many messages, or what comes within the milliseconds (5,000), and completes them. */
  readonly take: (count: number, within?: number) => Promise<readonly unknown[]>;
  /** The bodies of all that is there: waiting, scheduled, dead letters. */
  readonly held: () => Promise<readonly unknown[]>;
  /** Lets time pass until that instant. */
  readonly pass: (until: number) => Promise<void>;
};

export const jobOf = (more: Partial<FanoutJob> = {}): FanoutJob => ({
  v: 1,
  feed: newFeed(),
  id: newNotificationId(Date.now()),
  version: 3,
  kind: "content",
  hop: 0,
  acceptedAt: 1_769_860_800_000,
  ...more,
});

/** What whoever implements the port `Fanout` promises. */
export const fanoutContract = (name: string, bus: () => FanoutUnderTest): void => {
  const now = (): number => bus().clock.now();
  const inAnHour = (): { readonly expiresAt: number } => ({ expiresAt: now() + milliseconds.hour });
  const jobs = async (count: number, within?: number): Promise<FanoutJob[]> =>
    (await bus().take(count, within)).map(parseFanoutJob);
  const nothingComes = async (): Promise<void> => {
    expect(await bus().take(1, 100)).toEqual([]);
  };

  describe(`${name} as a Fanout`, () => {
    test("a job comes out as it went in", async () => {
      const fanout = bus().open();
      const first = jobOf({ traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" });
      const actor = "device" as SubscriptionId;
      const later = nextJob({ ...first, kind: "state", actor }, { version: 4, due: now() + 300, again: 2 });
      for (const job of [first, later]) await fanout.send(job, inAnHour());
      expect(await jobs(2)).toEqual([first, later]);
    });

    test("a repeated send is dropped, whoever sends it; another version, kind or notification is another message", async () => {
      const fanout = bus().open();
      const job = jobOf();
      await fanout.send(job, inAnHour());
      await fanout.send({ ...job, acceptedAt: job.acceptedAt + 1 }, inAnHour());
      await bus().open().send(job, inAnHour());
      const others: FanoutJob[] = [
        { ...job, version: 4 },
        { ...job, kind: "state" },
        { ...job, id: jobOf().id },
      ];
      for (const other of others) await fanout.send(other, inAnHour());
      expect(await jobs(4)).toEqual([job, ...others]);
      await fanout.send(job, inAnHour());
      await nothingComes();
    });

    test("chains that want to go on at the same time, for the same version, become one message", async () => {
      const fanout = bus().open();
      const job = jobOf();
      const due = now() + 300;
      const one = nextJob(job, { version: 5, due });
      const other = nextJob({ ...job, version: 4, hop: 6, acceptedAt: job.acceptedAt + 1 }, { version: 5, due });
      for (const chain of [one, other]) await fanout.send(chain, inAnHour());
      expect(await jobs(1)).toEqual([one]);
      await nothingComes();
    });

    test("what goes on is never taken for what went before it, nor for another's: a later time, an actor and `again` are other messages", async () => {
      const fanout = bus().open();
      const job = jobOf({ kind: "state" });
      const next = { version: job.version, due: now() + 300 };
      const [ada, grace] = ["ada's" as SubscriptionId, "grace's" as SubscriptionId];
      const all: FanoutJob[] = [
        job,
        nextJob(job, next),
        nextJob(job, { ...next, due: next.due + 1 }),
        nextJob({ ...job, actor: ada }, next),
        nextJob({ ...job, actor: grace }, next),
        nextJob(job, { ...next, again: 2 }),
        nextJob({ ...job, actor: ada }, { ...next, again: 2 }),
      ];
      for (const one of all) await fanout.send(one, inAnHour());
      const came = await jobs(all.length);
      expect(came).toHaveLength(all.length);
      expect(came).toEqual(expect.arrayContaining(all));
    });

    test("a job does not come before it is due, nor holds up others", async () => {
      const fanout = bus().open();
      const job = jobOf();
      const later = nextJob(job, { version: 3, due: now() + 700 });
      for (const one of [later, job]) await fanout.send(one, inAnHour());
      expect(await jobs(1)).toEqual([job]);
      await nothingComes();
      expect(await jobs(1)).toEqual([later]);
      expect(now()).toBeGreaterThanOrEqual(later.due ?? Infinity);
    });

    test("once the notification has ended its taps and alerts are nowhere on the queue; its content is, so that a run counts who missed it, unless it had less than 30 s", async () => {
      const fanout = bus().open();
      const expiresAt = now() + 2_500;
      const content = jobOf({ acceptedAt: now() - milliseconds.minute });
      const soonOver = jobOf({ acceptedAt: now() });
      const tap = jobOf({ kind: "state" });
      const alert = nextJob(jobOf({ kind: "fallback" }), { version: 3, due: expiresAt - 1_000 });
      for (const one of [content, soonOver, tap, alert]) await fanout.send(one, { expiresAt });
      expect(await bus().held()).toHaveLength(4);
      await bus().pass(expiresAt - 500);
      expect(await bus().held()).toHaveLength(4);
      // A life counts from when the message becomes visible, which a busy machine does late.
      await bus().pass(expiresAt + 600);
      expect(await bus().held()).toEqual([content]);
      expect(await jobs(1)).toEqual([content]);
    });

    test("a job whose notification is about to end still has a moment to be taken", async () => {
      const job = jobOf();
      await bus()
        .open()
        .send(job, { expiresAt: now() - 1 });
      expect(await jobs(1)).toEqual([job]);
    });
  });
};
