import type { ServiceBusReceivedMessage } from "@azure/service-bus";
import type { TypedData } from "../app/core-contract.ts";

/**
 * The body as the host binds it to a string: bytes must be UTF-8 text, an AMQP value must be a string. The library then
 * parses what is JSON. Throws for any other body, so that the message is redelivered and ends among the dead letters.
 * (`MessageToStringConverter` of Microsoft.Azure.WebJobs.Extensions.ServiceBus.)
 */
export const bodyOf = ({ body, messageId }: ServiceBusReceivedMessage): TypedData => {
  const content: unknown = body;
  if (content instanceof Uint8Array) return { string: Buffer.from(content).toString("utf8") };
  if (typeof content === "string") return { string: content };
  throw new Error(`Message ${String(messageId)} has a body of ${typeof content}, which cannot be bound to a string.`);
};

/**
 * The trigger's metadata, by the names the host gives it; the library makes camel case of them. As there, strings go as
 * strings (and are parsed when they look like JSON, so a message id of digits arrives as a number), the rest as JSON;
 * what the message does not have is left out. (`ServiceBusTriggerBindingStrategy`, same extension.)
 */
export const metadataOf = (message: ServiceBusReceivedMessage): Record<string, TypedData> => {
  const strings: Readonly<Record<string, unknown>> = {
    MessageId: message.messageId,
    CorrelationId: message.correlationId,
    ContentType: message.contentType,
    Subject: message.subject,
    Label: message.subject,
    ReplyTo: message.replyTo,
    To: message.to,
    LockToken: message.lockToken,
    DeadLetterSource: message.deadLetterSource,
    SessionId: message.sessionId,
    ReplyToSessionId: message.replyToSessionId,
    PartitionKey: message.partitionKey,
  };
  const values: Readonly<Record<string, unknown>> = {
    // On the wire, and in the JavaScript SDK, deliveries before this one are counted; the host's .NET SDK counts this one too.
    DeliveryCount: (message.deliveryCount ?? 0) + 1,
    SequenceNumber: message.sequenceNumber && Number(message.sequenceNumber.toString()),
    EnqueuedTimeUtc: timeOf(message.enqueuedTimeUtc),
    EnqueuedTime: timeOf(message.enqueuedTimeUtc, "+00:00"),
    ExpiresAtUtc: timeOf(message.expiresAtUtc),
    ExpiresAt: timeOf(message.expiresAtUtc, "+00:00"),
    ApplicationProperties: message.applicationProperties ?? {},
    UserProperties: message.applicationProperties ?? {},
  };
  return {
    ...typed(strings, (value) => ({ string: String(value) })),
    ...typed(values, (value) => ({ json: JSON.stringify(value) })),
  };
};

const typed = (
  entries: Readonly<Record<string, unknown>>,
  convert: (value: unknown) => TypedData,
): Record<string, TypedData> =>
  Object.fromEntries(
    Object.entries(entries).flatMap(([name, value]): [string, TypedData][] =>
      value === undefined || value === null ? [] : [[name, convert(value)]],
    ),
  );

/** No expiry is told as the last moment .NET knows, where the SDK adds a time to live of millennia. */
const timeOf = (time: Date | undefined, zone: "Z" | "+00:00" = "Z"): string | undefined => {
  if (time === undefined || Number.isNaN(time.getTime())) return undefined;
  const text = time.getUTCFullYear() > 9_999 ? "9999-12-31T23:59:59.9999999Z" : time.toISOString();
  return text.replace("Z", zone);
};
