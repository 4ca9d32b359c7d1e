import type { LocalStack } from "../support/stack.ts";
import { appNotificationIdOf, rawContentOf } from "./content.ts";
import type { AcceptedPost } from "./observed.ts";
import { pause, reached } from "./pause.ts";
import type { PlannedPost } from "./schedule/posts.ts";
import { slots } from "./slots.ts";

/** What callers met. */
export type Answers = {
  readonly accepted: AcceptedPost[];
  /** What was accepted once more, under its `Idempotency-Key`. */
  readonly acceptedAgain: AcceptedPost[];
  /** 406: they were told to come back. */
  refused: number;
  /** Connections that broke before the answer, or were not taken. */
  broken: number;
  /** Posts that their callers gave up when a connection broke. */
  givenUp: number;
  /** Posts that are not accepted yet, nor given up. */
  open: number;
  /** Notifications with a request that was waited for in vain. It may take effect at any time, after later ones even. */
  readonly unsure: Set<number>;
  /** Answers that an outage must not cause, with the post they answered. */
  readonly wrong: string[];
};

type Use = {
  readonly stack: Pick<LocalStack, "post">;
  /** The UNSID of a user's device. */
  readonly unsidOf: (user: number, device: number) => string;
  /** No new posts from then on; those begun go on. */
  readonly calm: AbortSignal;
  /** Everything ends. */
  readonly stop: AbortSignal;
};

type Attempt =
  | { readonly kind: "accepted"; readonly id: string }
  | { readonly kind: "broken" }
  | { readonly kind: "refused"; readonly afterMs: number };

/** Connections the callers have. Others queue up while the service takes long. */
const requestsAtOnce = 32;
/** After the first broken connection, after the next, … and at last always. */
const afterBrokenMs = [300, 600, 1_200, 2_400] as const;
const lastPauseMs = 4_000;

/** App servers. Each post is made when it is due and the one before it, of its notification, has been taken or given up. */
export const callers = ({ stack, unsidOf, calm, stop }: Use) => {
  const answers: Answers = {
    accepted: [],
    acceptedAgain: [],
    refused: 0,
    broken: 0,
    givenUp: 0,
    open: 0,
    unsure: new Set(),
    wrong: [],
  };

  const inTurn = slots(requestsAtOnce);

  const attempt = async (post: PlannedPost, key: string | undefined): Promise<Attempt> => {
    const body = { appNotificationId: appNotificationIdOf(post), payload: { rawContent: rawContentOf(post) } };
    const keyed = key === undefined ? {} : { "idempotency-key": key };
    const unsid = unsidOf(post.user, post.device);
    const asked = inTurn(() => stack.post(body, { unsid, headers: keyed }));
    const answer = await asked.catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "TimeoutError") answers.unsure.add(post.notification);
      return undefined;
    });
    if (answer === undefined) {
      answers.broken += 1;
      return { kind: "broken" };
    }
    const { status, json, headers, text } = answer;
    if (status === 201 || status === 200) return { kind: "accepted", id: String(json.id) };
    const seconds = Number(headers.get("retry-after") ?? 0);
    if (status === 406 && seconds >= 1) answers.refused += 1;
    else answers.wrong.push(`${rawContentOf(post)}: ${status} ${text}`);
    return { kind: "refused", afterMs: Math.max(1, seconds) * 1_000 };
  };

  /** Comes back until it is taken: after a 406 when it was told to, after a broken connection soon, or never. */
  const send = async (post: PlannedPost): Promise<void> => {
    const key = post.hasKey ? crypto.randomUUID() : undefined;
    const askedAt = Date.now();
    for (let breaks = 0; !stop.aborted;) {
      const answer = await attempt(post, key);
      if (answer.kind === "accepted") {
        answers.accepted.push({ ...post, askedAt, answeredAt: Date.now(), id: answer.id });
        break;
      }
      if (answer.kind === "broken" && post.givesUp) {
        answers.givenUp += 1;
        return;
      }
      const brokenPauseMs = afterBrokenMs[answer.kind === "broken" ? breaks++ : 0] ?? lastPauseMs;
      await pause(answer.kind === "refused" ? answer.afterMs : brokenPauseMs, stop);
    }
    if (!post.isAskedTwice || stop.aborted) return;
    const again = await attempt(post, key);
    if (again.kind === "accepted")
      answers.acceptedAgain.push({ ...post, askedAt, answeredAt: Date.now(), id: again.id });
  };

  /** Posts as planned. Resolves when all that was begun is taken or given up. */
  const run = async (posts: readonly PlannedPost[], startedAt: number): Promise<void> => {
    const begun = new Map<number, Promise<void>>();
    for (const post of posts) {
      if (!(await reached(startedAt, post.atMs, calm))) break;
      answers.open += 1;
      const before = begun.get(post.notification) ?? Promise.resolve();
      const mine = before.then(() => send(post)).finally(() => (answers.open -= 1));
      begun.set(post.notification, mine);
    }
    await Promise.all(begun.values());
  };
  return { answers, run };
};
