import type { Message } from "rhea";
import * as z from "zod";
import { encodeChanges, renderMessage } from "./amqp-message.ts";
import { unlocked, type Lane } from "./entry.ts";
import { storeMessages } from "./incoming.ts";
import { tokenBytes, tokenFrom } from "./lock-token.ts";
import { deadLetterOfDeadLetter } from "./outgoing.ts";
import type { QueueHost } from "./queue-host.ts";
import type { Verdict } from "./queue-rules.ts";
import { refusals, Refused, type Refusal } from "./refusals.ts";
import type { Reply } from "./requests.ts";
import { types } from "./rhea-seams.ts";

const browseCountMax = 1000;
const browseBytesMax = 1024 * 1024;
const longCode = 0x81;
const timestampCode = 0x83;

/**
 * Answers a request to `<queue>/$management`. Throws `Refused` for everything that cannot be done.
 * https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-request-response
 */
export const answerManagement = async (request: Message, queue: QueueHost, lane: Lane): Promise<Reply> => {
  const { operation } = z
    .object({ operation: z.string() })
    .catch({ operation: "" })
    .parse(request.application_properties);
  const answer = operations.get(operation);
  if (!answer) throw new Refused(refusals.notBuilt(`operation '${operation.slice(0, 100)}'`));
  return answer(request.body, queue, lane);
};

type Operation = (body: unknown, queue: QueueHost, lane: Lane) => Promise<Reply>;

const bytes = z.instanceof(Buffer);
/** A long beyond 2^53 comes as bytes; no message has such a number. */
const sequenceNumber = z.union([z.number(), bytes.transform(() => -1)]);
const sequenceNumbers = z.object({ "sequence-numbers": z.array(sequenceNumber) });
const lockTokens = z.object({ "lock-tokens": z.array(bytes.transform(tokenFrom)).min(1) });

const scheduleMessage: Operation = async (body, queue, lane) => {
  const { messages } = parse(z.object({ messages: z.array(z.object({ message: bytes })) }), body);
  if (lane === "dead") throw new Refused(refusals.notAllowed("Nothing can be sent to a dead-letter queue."));
  const contents = messages.map(({ message }) => message);
  const size = contents.reduce((total, content) => total + content.length, 0);
  const numbers = await storeMessages(queue, size, () => contents);
  return done({ "sequence-numbers": types.wrap_array([...numbers], longCode, undefined) });
};

const cancelScheduledMessage: Operation = async (body, queue) => {
  const isCancelled = await queue.cancel(parse(sequenceNumbers, body)["sequence-numbers"]);
  if (!isCancelled) throw new Refused(refusals.messageNotFound());
  return done();
};

const renewLock: Operation = async (body, queue) => {
  const until = await queue.renew(parse(lockTokens, body)["lock-tokens"]);
  if (!until) throw new Refused(refusals.lockLost());
  return done({ expirations: types.wrap_array([...until], timestampCode, undefined) });
};

const peekMessage: Operation = async (body, queue, lane) => {
  const schema = z.object({ "from-sequence-number": sequenceNumber, "message-count": z.number() });
  const { "from-sequence-number": from, "message-count": count } = parse(schema, body);
  const found = await queue.browse(lane, from, Math.min(count, browseCountMax), browseBytesMax);
  if (found.length === 0) return { status: 204, description: "No Content" };
  return done({ messages: found.map(({ entry, content }) => ({ message: renderMessage(content, unlocked(entry)) })) });
};

const receiveBySequenceNumber: Operation = async (body, queue, lane) => {
  const { "receiver-settle-mode": mode } = parse(z.object({ "receiver-settle-mode": z.number().default(1) }), body);
  const deletes = mode === 0;
  const found = await queue.receiveDeferred(lane, parse(sequenceNumbers, body)["sequence-numbers"], deletes);
  if (!found) throw new Refused(refusals.messageNotFound());
  const messages = found.map(({ entry, content }) => ({
    message: renderMessage(content, deletes ? unlocked(entry) : entry),
    ...(!deletes && { "lock-token": types.wrap_uuid(tokenBytes(entry.lock?.token ?? "")) }),
  }));
  return done({ messages });
};

const dispositionSchema = lockTokens.extend({
  "disposition-status": z.string(),
  "deadletter-reason": z.string().nullish(),
  "deadletter-description": z.string().nullish(),
  "properties-to-modify": z.record(z.string(), z.unknown()).nullish(),
});

const updateDisposition: Operation = async (body, queue) => {
  const disposition = parse(dispositionSchema, body);
  const verdict = verdictOf(disposition);
  if (!verdict) throw new Refused(refusals.badArgument("The disposition status is unknown."));
  const results = await Promise.all(disposition["lock-tokens"].map((token) => queue.settle(token, verdict)));
  if (results.includes("lock-lost")) throw new Refused(refusals.lockLost());
  if (results.includes("not-allowed")) throw new Refused(refusals.notAllowed(deadLetterOfDeadLetter));
  return done();
};

const verdictOf = (disposition: z.infer<typeof dispositionSchema>): Verdict | undefined => {
  const properties = disposition["properties-to-modify"];
  const changes = properties ? encodeChanges(properties) : undefined;
  switch (disposition["disposition-status"]) {
    case "completed":
      return { kind: "complete" };
    case "abandoned":
      return { kind: "abandon", changes };
    // Spelt with one r by the protocol.
    case "defered":
      return { kind: "defer", changes };
    case "suspended": {
      const reason = disposition["deadletter-reason"] ?? undefined;
      const description = disposition["deadletter-description"] ?? undefined;
      return { kind: "dead-letter", changes, deadLetter: { reason, description } };
    }
    default:
      return undefined;
  }
};

const operations: ReadonlyMap<string, Operation> = new Map([
  ["com.microsoft:schedule-message", scheduleMessage],
  ["com.microsoft:cancel-scheduled-message", cancelScheduledMessage],
  ["com.microsoft:renew-lock", renewLock],
  ["com.microsoft:peek-message", peekMessage],
  ["com.microsoft:receive-by-sequence-number", receiveBySequenceNumber],
  ["com.microsoft:update-disposition", updateDisposition],
]);

const done = (body?: unknown): Reply => ({ status: 200, description: "OK", body });

const parse = <T>(schema: z.ZodType<T>, body: unknown): T => {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
  const refusal: Refusal = refusals.badArgument(`The request's body is not as it should be: ${faults}.`);
  throw new Refused(refusal);
};
