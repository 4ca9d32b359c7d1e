import fc from "fast-check";
import type { StateChange } from "../../../shared/client/notification.ts";
import type { ModelFeed } from "../model-feed.ts";
import { reader } from "./reader.ts";

/** What may happen; `pick` chooses among whatever there is at the time, the latest first. */
export type Step =
  | { readonly kind: "post"; readonly name: number; readonly livesMs: number }
  | { readonly kind: "change elsewhere" | "edit"; readonly pick: number; readonly change: StateChange }
  | { readonly kind: "remove elsewhere" | "delete" | "push" | "send" | "answer"; readonly pick: number }
  | { readonly kind: "ask" | "410" | "anew" }
  | { readonly kind: "time"; readonly ms: number };

const pick = fc.nat(6);
const change: fc.Arbitrary<StateChange> = fc
  .record(
    {
      readState: fc.constantFrom("read", "unread"),
      userActionState: fc.constantFrom("noInteraction", "activated", "dismissed", "snoozed"),
    },
    { requiredKeys: [] },
  )
  .filter((some) => Object.keys(some).length > 0);
const hour = 3_600_000;

export const stepOf = {
  post: fc.record({
    kind: fc.constant("post"),
    name: fc.nat(3),
    livesMs: fc.constantFrom(2 * hour, 24 * hour, 100 * hour),
  }),
  changeElsewhere: fc.record({ kind: fc.constant("change elsewhere"), pick, change }),
  removeElsewhere: fc.record({ kind: fc.constant("remove elsewhere"), pick }),
  push: fc.record({ kind: fc.constant("push"), pick }),
  edit: fc.record({ kind: fc.constant("edit"), pick, change }),
  delete: fc.record({ kind: fc.constant("delete"), pick }),
  send: fc.record({ kind: fc.constant("send"), pick }),
  ask: fc.record({ kind: fc.constant("ask") }),
  answer: fc.record({ kind: fc.constant("answer"), pick }),
  tooOld: fc.record({ kind: fc.constant("410") }),
  anew: fc.record({ kind: fc.constant("anew") }),
  time: fc.record({ kind: fc.constant("time"), ms: fc.constantFrom(1_000, hour, 30 * hour) }),
} satisfies Record<string, fc.Arbitrary<Step>>;

/** The world in which steps are taken: one feed, one reader, and all that is under way between them. */
export const world = (feed: ModelFeed) => {
  const one = reader(feed);
  /** Nothing is taken away from these: whatever is on its way may come late, twice, in any order, or not at all. */
  const pushes: string[] = [];
  const answers: (() => void)[] = [];
  let posts = 0;
  const chosen = <T>(all: readonly T[], by: number): T | undefined => all.at(-1 - (by % Math.max(1, all.length)));

  const take = (step: Step): void => {
    switch (step.kind) {
      case "post":
        posts += 1;
        feed.post({ name: `n${step.name}`, raw: `words ${posts}`, livesMs: step.livesMs });
        pushes.push(...feed.takePushes());
        return;
      case "change elsewhere":
        feed.change(chosen(feed.truth(), step.pick)?.id ?? "", step.change);
        return;
      case "remove elsewhere":
        feed.remove(chosen(feed.truth(), step.pick)?.id ?? "");
        return;
      case "push":
        one.push(chosen(pushes, step.pick) ?? "");
        return;
      case "edit":
        one.edit(chosen(one.view(), step.pick)?.id ?? "", step.change);
        return;
      case "delete":
        one.edit(chosen(one.view(), step.pick)?.id ?? "", "delete");
        return;
      case "send": {
        const edit = chosen(one.state().edits, step.pick);
        answers.push((edit && one.send(edit)) ?? (() => undefined));
        return;
      }
      case "ask":
        answers.push(one.ask());
        return;
      case "answer":
        chosen(answers, step.pick)?.();
        return;
      case "410":
        feed.forgetTokens();
        return;
      case "anew":
        feed.beginAnew();
        return;
      case "time":
        feed.pass(step.ms);
    }
  };
  return { one, take };
};
