import { randomBytes } from "node:crypto";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodingOf, readBody, readJson } from "../../../../functions/api/body.ts";
import { Problem, type ProblemKind } from "../../../../shared/problem.ts";

const bytesMax = 65_536;

type Sent = { readonly encoding?: string; readonly headers?: Record<string, string>; readonly chunkBytes?: number };

/** A body as it arrives: in chunks, without a length unless `headers` says one. Tells how much of it was taken. */
const arriving = (bytes: Uint8Array, { encoding, headers = {}, chunkBytes = 16_384 }: Sent = {}) => {
  let taken = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (taken < bytes.length) controller.enqueue(bytes.subarray(taken, taken + chunkBytes));
        else controller.close();
        taken += chunkBytes;
      },
    },
    { highWaterMark: 0 },
  );
  const all = new Headers({ "content-type": "application/json", ...headers });
  if (encoding !== undefined) all.set("content-encoding", encoding);
  return { request: { headers: all, body }, taken: () => Math.min(taken, bytes.length) };
};
const read = (bytes: Uint8Array | string, sent?: Sent): Promise<unknown> =>
  readJson(arriving(Buffer.from(bytes), sent).request);
const kindOf = async (bytes: Uint8Array | string, sent?: Sent): Promise<ProblemKind> => {
  const error: unknown = await read(bytes, sent).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Problem)) throw new Error("It is no Problem.", { cause: error });
  return error.kind;
};

const forms = [
  { what: "gzip", encoding: "gzip", encode: gzipSync },
  { what: "zlib-wrapped deflate", encoding: "deflate", encode: deflateSync },
  { what: "raw deflate", encoding: "deflate", encode: deflateRawSync },
];

test("any JSON comes back from every encoding, however it is cut into chunks", async () => {
  const identity = { what: "identity", encoding: "identity", encode: (text: Buffer, _: object) => text };
  await fc.assert(
    fc.asyncProperty(
      fc.jsonValue(),
      fc.constantFrom(identity, ...forms),
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 1, max: 50 }),
      async (value, { encoding, encode }, level, chunkBytes) => {
        const text = JSON.stringify({ "é€😀": value });
        expect(await read(encode(Buffer.from(text), { level }), { encoding, chunkBytes })).toEqual(JSON.parse(text));
      },
    ),
  );
});

test.each(["GZip", " gzip "])("the encoding %j is read in any case", async (encoding) => {
  expect(await read(gzipSync("{}"), { encoding })).toEqual({});
});

test.each(["gzip, deflate", "br", "x-gzip", "gzip;q=1", "", "identity, gzip"])(
  "the encoding %j is unsupported",
  (encoding) => {
    const headers = new Headers({ "content-type": "application/json", "content-encoding": encoding });
    expect(() => encodingOf(headers)).toThrow(expect.objectContaining({ kind: "unsupported-media-type" }));
  },
);

test.each(["application/json", "Application/JSON", "application/json; charset=utf-8", "application/json ;odata=x"])(
  "the type %j is JSON",
  (type) => {
    expect(encodingOf(new Headers({ "content-type": type }))).toBe("identity");
  },
);

test.each([
  "text/plain",
  "application/jsonx",
  "application/problem+json",
  "application/json, text/plain",
  "",
  undefined,
])("the type %j is unsupported", (type) => {
  const headers = new Headers(type === undefined ? {} : { "content-type": type });
  expect(() => encodingOf(headers)).toThrow(expect.objectContaining({ kind: "unsupported-media-type" }));
});

/** A JSON text of exactly so many bytes. */
const textOf = (bytes: number): string => JSON.stringify("x".repeat(bytes - 2));

test("64 KiB decoded are taken, one byte more is too large, in every encoding", async () => {
  expect(await read(textOf(bytesMax))).toHaveLength(bytesMax - 2);
  expect(await kindOf(textOf(bytesMax + 1))).toBe("too-large");
  for (const { encoding, encode } of forms) {
    expect(await read(encode(textOf(bytesMax)), { encoding })).toHaveLength(bytesMax - 2);
    expect(await kindOf(encode(textOf(bytesMax + 1)), { encoding })).toBe("too-large");
  }
});

test("64 KiB that do not shrink are taken too", async () => {
  const text = JSON.stringify(randomBytes(49_000).toString("base64"));
  for (const { encoding, encode } of forms) {
    expect(await read(encode(text, { level: 0 }), { encoding })).toEqual(JSON.parse(text));
  }
});

test("of a body that is too large only a little is taken, with or without a length that says so", async () => {
  const large = Buffer.alloc(10_000_000, " ");
  const chunked = arriving(large);
  await expect(readJson(chunked.request)).rejects.toMatchObject({ kind: "too-large" });
  expect(chunked.taken()).toBeLessThan(100_000);
  const told = arriving(large, { headers: { "content-length": String(large.length) } });
  await expect(readJson(told.request)).rejects.toMatchObject({ kind: "too-large" });
  expect(told.taken()).toBe(0);
});

test("a bomb is never inflated past the cap", async () => {
  for (const { encoding, encode } of forms) {
    const bomb = encode(Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(60_000); // so that it is the inflation that is stopped
    const before = process.memoryUsage().arrayBuffers;
    expect(await kindOf(bomb, { encoding })).toBe("too-large");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5_000_000);
  }
});

test.each(forms)(
  "$what that is cut short, is followed by more or is something else cannot be decoded",
  async ({ encoding, encode }) => {
    const whole = encode('{"a":"some text that is long enough"}');
    for (const length of whole.keys()) expect(await kindOf(whole.subarray(0, length), { encoding })).toBe("invalid");
    for (const more of ["junk", "{}", " ", "\0"]) {
      expect(await kindOf(Buffer.concat([whole, Buffer.from(more)]), { encoding })).toBe("invalid");
    }
    expect(await kindOf(Buffer.concat([whole, whole]), { encoding })).toBe("invalid");
    expect(await kindOf('{"a":1}', { encoding })).toBe("invalid");
  },
);

test.each([
  ["nothing", ""],
  ["no JSON", "{'a':1}"],
  ["JSON and more", "{}{}"],
  ["JSON cut short", '{"a":'],
  ["NaN", "NaN"],
  ["an overlong zero in UTF-8", Buffer.from([0x22, 0xc0, 0x80, 0x22])],
  ["a surrogate in UTF-8", Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ["Latin-1", Buffer.from('"é"', "latin1")],
  ["UTF-16", Buffer.from('{"a":1}', "utf16le")],
])("%s is no JSON in UTF-8", async (_, bytes) => {
  expect(await kindOf(bytes)).toBe("invalid");
});

test("a byte order mark before the JSON is overlooked", async () => {
  expect(await read('\ufeff{"a":1}')).toEqual({ a: 1 });
});

test("no body at all is no JSON", async () => {
  const headers = new Headers({ "content-type": "application/json" });
  await expect(readJson({ headers, body: null })).rejects.toMatchObject({ kind: "invalid" });
});

test("a body whose connection breaks off is the caller's fault, not a bug of ours", async () => {
  const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("aborted")) });
  const headers = new Headers({ "content-type": "application/json" });
  await expect(readJson({ headers, body })).rejects.toMatchObject({ kind: "invalid" });
});

test("arrays nested as deep as a body can hold are read", async () => {
  expect(await read(`{"a":${"[".repeat(32_765)}${"]".repeat(32_765)}}`)).toHaveProperty("a.0.0");
});

test.each(["[]", "[{}]", '[{"a":1},{"a":2}]', " [1] ", "[".repeat(30_000) + "]".repeat(30_000)])(
  "an array is told by a sentence of its own (%.10s)",
  async (text) => {
    const message = "The body must be one JSON object, not an array.";
    await expect(read(text)).rejects.toMatchObject({ kind: "invalid", message, details: [] });
  },
);

test("the hash is of the decoded bytes: the same however they are packed, another for every other body", async () => {
  const hashOf = async (bytes: Uint8Array | string, sent?: Sent): Promise<string> =>
    (await readBody(arriving(Buffer.from(bytes), sent).request)).hash;
  const hash = await hashOf('{"a":1}');
  for (const { encoding, encode } of forms) expect(await hashOf(encode('{"a":1}'), { encoding })).toBe(hash);
  expect(hash).not.toContain("a");
  for (const other of ['{"a": 1}', '{"a":2}', "{}", '\ufeff{"a":1}']) expect(await hashOf(other)).not.toBe(hash);
});

test("a body that stops arriving is given up, with its stream", async () => {
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from("{")),
    cancel: () => void (isCancelled = true),
  });
  const headers = new Headers({ "content-type": "application/json" });
  const reading = readJson({ headers, body }, { timeLimitMs: 20 });
  await expect(reading).rejects.toMatchObject({ kind: "invalid", message: expect.stringMatching(/in time/) as string });
  expect(isCancelled).toBe(true);
});
