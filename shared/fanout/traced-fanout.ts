import { SpanKind } from "@opentelemetry/api";
import { activeTraceparent, inSpan } from "../telemetry/spans.ts";
import { fanoutQueue, type Fanout } from "./fanout.ts";
import { messageIdOf } from "./job.ts";

/**
 * The same fanout; each send is a span, and the job carries it along, so that the run of the message is its child, and so is the run of
 * what that one sends: a notification is one trace from its POST to its last retry, days later perhaps.
 * https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
export const tracedFanout = ({ send }: Fanout): Fanout => ({
  send: (job, until) =>
    inSpan(`send ${fanoutQueue}`, { kind: SpanKind.PRODUCER, attributes: attributesOf(messageIdOf(job)) }, () => {
      const traceparent = activeTraceparent();
      return send(traceparent === undefined ? job : { ...job, traceparent }, until);
    }),
});

const attributesOf = (messageId: string) => ({
  ...queueAttributes,
  "messaging.operation.name": "send",
  "messaging.operation.type": "send",
  "messaging.message.id": messageId,
});

/** What every span about the queue says. */
export const queueAttributes = {
  "messaging.system": "servicebus",
  "messaging.destination.name": fanoutQueue,
} as const;
