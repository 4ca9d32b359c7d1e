import fc from "fast-check";
import type { StateChange } from "../../../shared/client/notification.ts";

const hour = 3_600_000;
const pick = fc.nat(1_000);
const change: fc.Arbitrary<StateChange> = fc.constantFrom<StateChange>(
  { readState: "read" },
  { readState: "unread" },
  { userActionState: "dismissed" },
  { readState: "read", userActionState: "activated" },
);
const kind = <const Kind extends string>(name: Kind) => fc.record({ kind: fc.constant(name), pick });

/** What may happen; `pick` chooses among whatever there is at the time (by the remainder). */
export const stepOf = {
  post: fc.record({
    kind: fc.constant("post" as const),
    pick: fc.nat(6),
    livesMs: fc.constantFrom(2 * hour, 90 * hour),
  }),
  changeElsewhere: fc.record({ kind: fc.constant("change elsewhere" as const), pick, change }),
  removeElsewhere: kind("remove elsewhere"),
  push: kind("push"),
  edit: fc.record({ kind: fc.constant("edit" as const), pick, change }),
  delete: kind("delete"),
  markAllRead: kind("mark all read"),
  sync: kind("sync"),
  syncToTheEnd: kind("sync to the end"),
  live: kind("live"),
  hide: kind("hide"),
  kill: kind("kill"),
  reach: kind("reach"),
  answer: kind("answer"),
  answers: kind("answers"),
  lose: kind("lose"),
  refuse: kind("refuse"),
  tooOld: kind("410"),
  anew: kind("anew"),
  time: fc.record({ kind: fc.constant("time" as const), pick, ms: fc.constantFrom(1_000, hour, 30 * hour) }),
};
export type Step = {
  readonly [Name in keyof typeof stepOf]: (typeof stepOf)[Name] extends fc.Arbitrary<infer S> ? S : never;
}[keyof typeof stepOf];
