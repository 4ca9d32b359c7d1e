/** Section descriptors of AMQP 1.0 part 3, section 3.2. */
export const sectionCodes = {
  header: 0x70,
  deliveryAnnotations: 0x71,
  messageAnnotations: 0x72,
  properties: 0x73,
  applicationProperties: 0x74,
  data: 0x75,
} as const;

/** One section of an encoded message: which, its bytes with the descriptor, and its value's bytes alone. */
export type Section = { readonly code: number; readonly bytes: Buffer; readonly value: Buffer };

/** What is not an AMQP message; answered with `amqp:decode-error`. */
export class MalformedMessage extends Error {
  override readonly name = "MalformedMessage";
}

/** Cuts an encoded message into its sections without decoding them. Throws `MalformedMessage` when that is impossible. */
export const splitSections = (message: Buffer): readonly Section[] => {
  const sections: Section[] = [];
  let start = 0;
  while (start < message.length) {
    const { code, valueStart } = descriptorAt(message, start);
    const end = endOfValue(message, valueStart);
    sections.push({ code, bytes: message.subarray(start, end), value: message.subarray(valueStart, end) });
    start = end;
  }
  return sections;
};

/** The messages inside one of format 0x80013700, Service Bus' batch: each is the content of a data section. */
export const splitBatch = (message: Buffer): readonly Buffer[] =>
  splitSections(message)
    .filter(({ code }) => code === sectionCodes.data)
    .map(({ value }) => value.subarray(value[0] === 0xa0 ? 2 : 5));

const descriptorAt = (bytes: Buffer, start: number): { code: number; valueStart: number } => {
  const [marker, constructor] = [bytes[start], bytes[start + 1]];
  if (marker === 0 && constructor === 0x53) return { code: byteAt(bytes, start + 2), valueStart: start + 3 };
  if (marker === 0 && constructor === 0x80) return { code: byteAt(bytes, start + 9), valueStart: start + 10 };
  throw new MalformedMessage("The message does not consist of AMQP sections.");
};

/** Part 1, section 1.2: the upper half of a constructor's code tells how long the value is. */
const endOfValue = (bytes: Buffer, start: number): number => {
  const constructor = byteAt(bytes, start);
  if (constructor === 0) return endOfValue(bytes, endOfValue(bytes, start + 1));
  const end = start + 1 + valueLength(bytes, start + 1, constructor >>> 4);
  if (end > bytes.length) throw new MalformedMessage("The message ends within a section.");
  return end;
};

const fixedLengths: Readonly<Record<number, number>> = { 4: 0, 5: 1, 6: 2, 7: 4, 8: 8, 9: 16 };

const valueLength = (bytes: Buffer, start: number, category: number): number => {
  const fixed = fixedLengths[category];
  if (fixed !== undefined) return fixed;
  if (category === 0xa || category === 0xc || category === 0xe) return 1 + byteAt(bytes, start);
  if (category < 0xa || start + 4 > bytes.length)
    throw new MalformedMessage("The message has a value of no known type.");
  return 4 + bytes.readUInt32BE(start);
};

const byteAt = (bytes: Buffer, index: number): number => {
  const byte = bytes[index];
  if (byte === undefined) throw new MalformedMessage("The message ends within a section.");
  return byte;
};
