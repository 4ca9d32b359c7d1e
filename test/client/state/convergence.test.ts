import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StateChange } from "../../../shared/client/notification.ts";
import { modelFeed } from "../model-feed.ts";
import { stepOf, world, type Step } from "./steps.ts";

const runs = { numRuns: Number(process.env.RUNS ?? 150) };
/** Long enough that several things are under way at once; what is rare, and ends much of it, comes seldom. */
const steps = <T = never>(
  kinds: readonly (keyof typeof stepOf)[],
  ...others: readonly T[]
): fc.Arbitrary<readonly (Step | T)[]> => {
  const often = kinds.map((kind) => ({
    weight: isRare(kind) ? 1 : 6,
    arbitrary: stepOf[kind] as fc.Arbitrary<Step | T>,
  }));
  const also = others.map((other) => ({ weight: 6, arbitrary: fc.constant<Step | T>(other) }));
  return fc.array(fc.oneof(...often, ...also), { minLength: 40, maxLength: 120, size: "max" });
};
const isRare = (kind: string): boolean => ["tooOld", "anew", "time"].includes(kind);
const everything = Object.keys(stepOf) as (keyof typeof stepOf)[];

describe("what a browser knows of a feed", () => {
  it("comes to be what the service holds, whatever was lost, doubled, overtaken or started over on the way", () => {
    fc.assert(
      fc.property(steps(everything), (taken) => {
        const feed = modelFeed();
        const { one, take } = world(feed);
        taken.forEach(take);
        one.settle();
        expect(one.view()).toEqual(feed.truth());
        expect(one.state()).toMatchObject({ edits: [], mark: feed.mark() });
      }),
      runs,
    );
  });

  it("is the same whether a push or a page told it first", () => {
    fc.assert(
      fc.property(
        steps(["post", "changeElsewhere", "removeElsewhere", "ask", "answer"]),
        fc.infiniteStream(fc.nat(60)),
        (taken, places) => {
          const withPushes = modelFeed();
          const without = modelFeed();
          const [told, asking] = [world(withPushes), world(without)];
          for (const step of taken) {
            told.take(step);
            asking.take(step);
            told.take({ kind: "push", pick: places.next().value ?? 0 });
          }
          told.one.readToTheEnd();
          asking.one.readToTheEnd();
          expect(told.one.state().known).toEqual(asking.one.state().known);
        },
      ),
      runs,
    );
  });

  it("never shows what it was told is gone, nor what has expired", () => {
    const kinds = everything.filter(
      (kind) => kind !== "ask" && kind !== "answer" && kind !== "send" && kind !== "anew",
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant("read"), ...kinds.map((kind): fc.Arbitrary<Step> => stepOf[kind])), {
          maxLength: 60,
        }),
        (taken) => {
          const feed = modelFeed();
          const { one, take } = world(feed);
          const gone = new Set<string>();
          for (const step of taken) {
            const before = [...one.state().known.keys()];
            if (typeof step === "string") one.ask()();
            else take(step);
            for (const id of before) if (!one.state().known.has(id)) gone.add(id);
            for (const { id, expirationDateTime } of one.view()) {
              expect(gone).not.toContain(id);
              expect(Date.parse(expirationDateTime)).toBeGreaterThan(feed.now());
            }
          }
        },
      ),
      runs,
    );
  });

  it("keeps what the user did until the service has it, or other content has taken its place", () => {
    fc.assert(
      fc.property(steps(["post", "push", "edit", "send", "ask", "answer", "tooOld"]), (taken) => {
        const feed = modelFeed();
        const { one, take } = world(feed);
        /** What was done to which words, one after the other: nobody else does anything. */
        const done = new Map<string | undefined, StateChange | "delete">();
        for (const step of taken) {
          const view = one.view();
          const seen =
            "pick" in step ? view.at(-1 - (step.pick % Math.max(1, view.length)))?.payload.rawContent : undefined;
          const before = done.get(seen);
          if (step.kind === "delete") done.set(seen, "delete");
          if (step.kind === "edit" && before !== "delete") done.set(seen, { ...before, ...step.change });
          take(step);
        }
        one.settle();
        for (const notification of feed.truth()) {
          const change = done.get(notification.payload.rawContent) ?? {};
          expect(change).not.toBe("delete");
          expect(notification).toMatchObject({
            readState: "unread",
            userActionState: "noInteraction",
            ...Object(change),
          });
        }
      }),
      runs,
    );
  });
});
