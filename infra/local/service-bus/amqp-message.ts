import { randomUUID } from "node:crypto";
import type { Typed } from "rhea";
import { MalformedMessage, sectionCodes, splitSections, type Section } from "./amqp-sections.ts";
import type { Changes, Entry } from "./entry.ts";
import type { Arriving } from "./queue-rules.ts";
import { readValue, types, writeValue } from "./rhea-seams.ts";

const uintMax = 4_294_967_295;
const scheduledAnnotation = "x-opt-scheduled-enqueue-time";

/**
 * Reads from an encoded message what the rules need. The content is kept as it came, but for a missing message id, which the broker
 * gives: the JavaScript client cannot close a receiver that holds a message without one.
 * Throws `MalformedMessage` when the bytes are not an AMQP message.
 */
export const parseArriving = (bytes: Buffer): Arriving => {
  const sections = splitSections(bytes);
  const [ttl] = [decodeList(sections, sectionCodes.header)[2]?.value as unknown];
  const annotations = decodeMap(sections, sectionCodes.messageAnnotations);
  const scheduled: unknown = annotations[scheduledAnnotation]?.value;
  const dueAt = scheduled instanceof Date ? scheduled.getTime() : scheduled;
  const messageId = decodeList(sections, sectionCodes.properties)[0];
  const identified = isNothing(messageId) ? withMessageId(sections) : { messageId: textOf(messageId), content: bytes };
  return {
    ...identified,
    ttlMs: typeof ttl === "number" ? ttl : undefined,
    dueAt: typeof dueAt === "number" ? dueAt : undefined,
  };
};

/**
 * The message as a receiver gets it: the sender's sections, with the broker's header and annotations
 * (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide#message-annotations)
 * and with what consumers changed of the application properties.
 */
export const renderMessage = (content: Buffer, entry: Entry): Buffer => {
  const sections = splitSections(content);
  const header = decodeList(sections, sectionCodes.header);
  const annotations = { ...decodeMap(sections, sectionCodes.messageAnnotations), ...brokerAnnotations(entry) };
  const rewritten: readonly number[] = [
    sectionCodes.header,
    sectionCodes.deliveryAnnotations,
    sectionCodes.messageAnnotations,
    sectionCodes.properties,
    ...(hasChanges(entry) ? [sectionCodes.applicationProperties] : []),
  ];
  return Buffer.concat([
    encodeSection(sectionCodes.header, types.wrap_list(headerFields(header, entry))),
    encodeSection(sectionCodes.messageAnnotations, types.wrap_symbolic_map(annotations)),
    ...sections.filter(({ code }) => code === sectionCodes.properties).map((section) => section.bytes),
    ...(hasChanges(entry) ? [changedProperties(sections, entry)] : []),
    ...sections.filter(({ code }) => !rewritten.includes(code)).map((section) => section.bytes),
  ]);
};

/** Encodes changed application properties for keeping: they go out as they were given, whatever their type. */
export const encodeChanges = (properties: Readonly<Record<string, unknown>>): Changes =>
  Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, writeValue(types.wrap(value)).toString("base64")]),
  );

const headerFields = ([durable, priority, , firstAcquirer]: readonly Typed[], { ttlMs, deliveryCount }: Entry) => [
  durable,
  priority,
  ttlMs === undefined ? undefined : types.wrap_uint(Math.min(ttlMs, uintMax)),
  firstAcquirer,
  types.wrap_uint(deliveryCount),
];

const brokerAnnotations = (entry: Entry): Record<string, Typed> => ({
  "x-opt-sequence-number": types.wrap_long(entry.sequence),
  "x-opt-enqueue-sequence-number": types.wrap_long(entry.firstSequence),
  "x-opt-enqueued-time": types.wrap_timestamp(entry.enqueuedAt),
  "x-opt-message-state": types.wrap_int(messageStates[entry.phase]),
  ...(entry.lock && { "x-opt-locked-until": types.wrap_timestamp(entry.lock.until) }),
});

const messageStates = { active: 0, deferred: 1, scheduled: 2 } as const;

const hasChanges = ({ changes, deadLetter }: Entry): boolean => changes !== undefined || deadLetter !== undefined;

const changedProperties = (sections: readonly Section[], { changes = {}, deadLetter }: Entry): Buffer => {
  const properties: Record<string, Typed> = {
    ...decodeMap(sections, sectionCodes.applicationProperties),
    ...Object.fromEntries(
      Object.entries(changes).map(([name, encoded]) => [name, readValue(Buffer.from(encoded, "base64"))]),
    ),
    ...(deadLetter?.reason !== undefined && { DeadLetterReason: types.wrap_string(deadLetter.reason) }),
    ...(deadLetter?.description !== undefined && {
      DeadLetterErrorDescription: types.wrap_string(deadLetter.description),
    }),
  };
  return encodeSection(sectionCodes.applicationProperties, types.wrap_map(properties));
};

const withMessageId = (sections: readonly Section[]): { messageId: string; content: Buffer } => {
  const messageId = randomUUID().replaceAll("-", "");
  const [, ...others] = decodeList(sections, sectionCodes.properties);
  const properties = encodeSection(sectionCodes.properties, types.wrap_list([types.wrap_string(messageId), ...others]));
  const isBefore = ({ code }: Section): boolean => code < sectionCodes.properties;
  const content = Buffer.concat([
    ...sections.filter(isBefore).map((section) => section.bytes),
    properties,
    ...sections.filter(({ code }) => code > sectionCodes.properties).map((section) => section.bytes),
  ]);
  return { messageId, content };
};

const isNothing = (value: Typed | undefined): value is undefined => (value?.value ?? null) === null;

/** Message ids of different types are different ids. */
const textOf = ({ type, value }: Typed): string => {
  const id: unknown = value;
  if (typeof id === "string") return id;
  return `${type.name}:${Buffer.isBuffer(id) ? id.toString("hex") : String(id)}`;
};

const encodeSection = (code: number, value: Typed): Buffer =>
  writeValue(types.described(types.wrap_ulong(code), value) as Typed);

const decodeList = (sections: readonly Section[], code: number): readonly Typed[] => {
  const decoded = decode(sections, code);
  return Array.isArray(decoded) ? (decoded as Typed[]) : [];
};

const decodeMap = (sections: readonly Section[], code: number): Record<string, Typed> => {
  const decoded = decode(sections, code);
  if (!Array.isArray(decoded)) return {};
  const items = decoded as Typed[];
  return Object.fromEntries(
    items.flatMap((key, index) => {
      const value = items[index + 1];
      return index % 2 === 0 && value ? [[String(key.value), value]] : [];
    }),
  );
};

const decode = (sections: readonly Section[], code: number): unknown => {
  const section = sections.find((candidate) => candidate.code === code);
  if (!section) return undefined;
  try {
    return readValue(section.value).value as unknown;
  } catch (cause) {
    throw new MalformedMessage("A section of the message cannot be decoded.", { cause });
  }
};
