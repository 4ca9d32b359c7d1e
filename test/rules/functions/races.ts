import type { FanoutJob } from "../../../shared/fanout/job.ts";
import type { Notification } from "../../../shared/notification/notification.ts";
import { notificationWith } from "../samples.ts";
import { expectToMeet, job } from "./delivery-world.ts";

export const at = (version: number, changes: Partial<Notification> = {}): Notification =>
  notificationWith({ id: job.id, version, ...changes });
export const read = { version: 9, readState: "read" } as const;
export const replaced = { version: 9, contentVersion: 9 } as const;
/** The message that looks behind one which came again, for when all that its first run began has landed. */
export const lookBehind = { ...job, hop: 4, again: 7 };
/** The messages, less when they are due: each half a minute later, at its notification's next meeting time. */
export const looksOf = (scheduled: readonly { job: FanoutJob }[]): unknown[] =>
  scheduled.map(({ job: { due, ...look } }) => {
    expectToMeet(due, 30_000);
    return look;
  });
export const deleted = { version: 9, status: "deleted", payload: {} } as const;
