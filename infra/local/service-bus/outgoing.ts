import type { Delivery, Sender } from "rhea";
import * as z from "zod";
import { encodeChanges, renderMessage } from "./amqp-message.ts";
import { unlocked, type Lane } from "./entry.ts";
import { tagOf } from "./lock-token.ts";
import type { Consumer, QueueHost } from "./queue-host.ts";
import type { Verdict } from "./queue-rules.ts";
import { refusals } from "./refusals.ts";
import {
  answerAttach,
  answerDrain,
  creditOf,
  isDraining,
  isFlushed,
  outcomes,
  settleOutgoing,
  type Outcome,
} from "./rhea-seams.ts";

/** AMQP 1.0 part 2, sections 2.8.2 and 2.8.3. */
const settledMode = 1;
const settlesSecond = 1;
const flushPollMs = 5;

/** Serves a client's receiving link: peek-lock, or receive-and-delete when it asked for settled messages. Returns how to stop. */
export const sendMessages = (sender: Sender, queue: QueueHost, lane: Lane): (() => void) => {
  const deletes = sender.snd_settle_mode === settledMode;
  answerAttach(sender, {
    snd_settle_mode: deletes ? settledMode : 0,
    rcv_settle_mode: deletes ? 0 : sender.rcv_settle_mode === settlesSecond ? settlesSecond : 0,
  });
  const tokens = new WeakMap<Delivery, string>();

  const consumer: Consumer = {
    lane,
    deletes,
    room: () => (sender.is_open() ? creditOf(sender) : 0),
    isOpen: () => sender.is_open(),
    deliver: ({ entry, content }) => {
      if (!sender.is_open()) return false;
      const token = entry.lock?.token ?? "";
      const rendered = renderMessage(content, deletes ? unlocked(entry) : entry);
      tokens.set(sender.send(rendered, tagOf(token), 0), token);
      return true;
    },
    idle: () => {
      if (!isDraining(sender) || !sender.is_open()) return;
      // Messages given to rhea leave before the credit is given back, or they would be stuck without any.
      if (isFlushed(sender)) answerDrain(sender);
      else setTimeout(queue.serve, flushPollMs);
    },
  };

  const settle = async (delivery: Delivery, verdict: Verdict, done: Outcome): Promise<void> => {
    const result = await queue.settle(tokens.get(delivery) ?? "", verdict);
    settleOutgoing(delivery, result === "settled" ? done : refused[result]());
  };
  const on = (outcome: string, verdictOf: (state: unknown) => Verdict, done: () => Outcome): void => {
    sender.on(outcome, ({ delivery }: { delivery: Delivery }) => {
      if (!deletes) void settle(delivery, verdictOf(delivery.remote_state), done());
    });
  };
  on("accepted", () => ({ kind: "complete" }), outcomes.accepted);
  on("released", () => ({ kind: "release" }), outcomes.released);
  on("modified", modifiedVerdict, outcomes.accepted);
  on("rejected", rejectedVerdict, outcomes.accepted);

  const detach = queue.attach(consumer);
  sender.on("sender_flow", queue.serve);
  sender.on("sendable", queue.serve);
  return detach;
};

const refused = {
  "lock-lost": () => outcomes.rejected(refusals.lockLost().condition, refusals.lockLost().description),
  "not-allowed": () => outcomes.rejected("amqp:not-allowed", deadLetterOfDeadLetter),
};

export const deadLetterOfDeadLetter = "A message of the dead-letter queue cannot be dead-lettered again.";

const plainMap = z.record(z.string(), z.unknown());
const modifiedState = z.object({ undeliverable_here: z.boolean().nullish(), message_annotations: plainMap.nullish() });
const rejectedState = z.object({ error: z.object({ info: plainMap.nullish() }).nullish() });

/** `modified` abandons, or defers when the message is not to come back on this link; annotations are changed properties. */
const modifiedVerdict = (state: unknown): Verdict => {
  const { undeliverable_here, message_annotations } = modifiedState.catch({}).parse(state);
  const changes = message_annotations ? encodeChanges(message_annotations) : undefined;
  return { kind: undeliverable_here ? "defer" : "abandon", changes };
};

/** `rejected` dead-letters; the error's info carries reason, description and changed properties. */
const rejectedVerdict = (state: unknown): Verdict => {
  const { DeadLetterReason, DeadLetterErrorDescription, ...changes } =
    rejectedState.catch({}).parse(state).error?.info ?? {};
  return {
    kind: "dead-letter",
    changes: encodeChanges(changes),
    deadLetter: { reason: textOrNothing(DeadLetterReason), description: textOrNothing(DeadLetterErrorDescription) },
  };
};

const textOrNothing = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
