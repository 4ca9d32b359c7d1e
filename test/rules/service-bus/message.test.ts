import fc from "fast-check";
import { createRequire } from "node:module";
import type * as Rhea from "rhea";
import { expect, test } from "vitest";
import { encodeChanges, parseArriving, renderMessage } from "../../../infra/local/service-bus/amqp-message.ts";
import { MalformedMessage, splitBatch, splitSections } from "../../../infra/local/service-bus/amqp-sections.ts";
import type { Entry } from "../../../infra/local/service-bus/entry.ts";

const { message: codec } = createRequire(import.meta.url)("rhea") as typeof Rhea;
const encode = (message: object): Buffer => codec.encode(message);
const decode = (bytes: Buffer): unknown => codec.decode(bytes);

const entry: Entry = {
  sequence: 7,
  firstSequence: 5,
  lane: "main",
  phase: "active",
  sizeBytes: 1,
  enqueuedAt: 1_700_000_000_000,
  deliveryCount: 2,
};

test("what the sender wrote reaches the receiver, beside what the broker knows", () => {
  const sent = {
    message_id: "id",
    subject: "about",
    durable: true,
    ttl: 60_000,
    message_annotations: { "x-opt-partition-key": "p", "x-opt-sequence-number": 999 },
    application_properties: { own: 1 },
    body: codec.data_section(Buffer.from("content")),
  };
  const lock = { token: "00".repeat(16), until: 1_700_000_010_000 };
  expect(decode(renderMessage(encode(sent), { ...entry, ttlMs: 30_000, lock }))).toMatchObject({
    message_id: "id",
    subject: "about",
    durable: true,
    ttl: 30_000,
    delivery_count: 2,
    application_properties: { own: 1 },
    message_annotations: {
      "x-opt-partition-key": "p",
      "x-opt-sequence-number": 7,
      "x-opt-enqueue-sequence-number": 5,
      "x-opt-message-state": 0,
      "x-opt-enqueued-time": new Date(entry.enqueuedAt),
      "x-opt-locked-until": new Date(lock.until),
    },
    body: { content: Buffer.from("content") },
  });
});

test("a consumer's changes and the reason of a dead letter are application properties, over the sender's", () => {
  const sent = encode({ message_id: "id", application_properties: { kept: "k", changed: "old" }, body: "text" });
  const changes = encodeChanges({ changed: 5, added: true, when: new Date(1_000) });
  const rendered = decode(renderMessage(sent, { ...entry, changes, deadLetter: { reason: "why" } }));
  expect(rendered).toMatchObject({
    application_properties: { kept: "k", changed: 5, added: true, when: new Date(1_000), DeadLetterReason: "why" },
    body: "text",
  });
  expect(decode(renderMessage(encode({ body: "bare" }), { ...entry, deadLetter: { reason: "why" } }))).toMatchObject({
    application_properties: { DeadLetterReason: "why" },
    body: "bare",
  });
});

test("a message without an id is given one, and is else unchanged", () => {
  const { messageId, content } = parseArriving(
    encode({ subject: "about", application_properties: { own: 1 }, body: "text" }),
  );
  expect(messageId).toMatch(/^[0-9a-f]{32}$/);
  expect(decode(content)).toMatchObject({
    message_id: messageId,
    subject: "about",
    application_properties: { own: 1 },
    body: "text",
  });
  expect(parseArriving(encode({ body: "text" })).messageId).not.toBe(messageId);
});

test("time to live and due time are read from header and annotation; ids of different types differ", () => {
  const due = new Date(1_800_000_000_000);
  const sent = encode({
    message_id: 5,
    ttl: 1_000,
    message_annotations: { "x-opt-scheduled-enqueue-time": due },
    body: "",
  });
  expect(parseArriving(sent)).toMatchObject({ ttlMs: 1_000, dueAt: due.getTime() });
  expect(parseArriving(sent).messageId).not.toBe(parseArriving(encode({ message_id: "5", body: "" })).messageId);
});

test("a batch is the messages that were put into it", () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 5 });
  fc.assert(
    fc.property(lengths, (sizes) => {
      const parts = sizes.map((size) => encode({ body: codec.data_section(Buffer.alloc(size, 1)) }));
      const batch = encode({ message_annotations: { any: 1 }, body: codec.data_sections(parts) });
      expect(splitBatch(batch).map(String)).toEqual(parts.map(String));
    }),
  );
});

test("sections put together again are the message, and bytes that are none are refused, never misread", () => {
  const whole = encode({
    message_id: "id",
    ttl: 5,
    application_properties: { own: [1, "two", null] },
    body: { deep: { er: 1 } },
  });
  expect(Buffer.concat(splitSections(whole).map(({ bytes }) => bytes))).toEqual(whole);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(whole.length), (noise, cut) => {
      for (const bytes of [Buffer.from(noise), Buffer.concat([whole.subarray(0, cut), noise])]) {
        try {
          parseArriving(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage);
        }
      }
    }),
  );
});
