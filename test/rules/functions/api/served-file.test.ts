import { gunzipSync } from "node:zlib";
import { HttpRequest } from "@azure/functions";
import { expect, test } from "vitest";
import type { Answer } from "../../../../functions/api/http.ts";
import { servedFile, type FileFound } from "../../../../functions/api/served-file.ts";
import { Problem } from "../../../../shared/problem.ts";

const found: FileFound = {
  text: "a text, ".repeat(100),
  cacheControl: "max-age=5",
  headers: { "Content-Type": "text/css" },
};
const asking = (find: (name: string) => Promise<FileFound | undefined>) => {
  const operation = servedFile(find);
  return (file: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const request = new HttpRequest({ method: "GET", url: `https://notify.contoso.com/there/${file}`, headers });
    return operation({ request, params: { file }, base: "https://notify.contoso.com" });
  };
};
const ask = asking((name) => Promise.resolve(name === "known" ? found : undefined));

test("a file comes with what was said of it, and is what its type says and nothing else", async () => {
  const { status, headers, text } = await ask("known");
  expect([status, text]).toEqual([200, found.text]);
  expect(headers).toMatchObject({
    ...found.headers,
    "Cache-Control": "max-age=5",
    "X-Content-Type-Options": "nosniff",
  });
});

test("a browser that has the file is told so, without the file", async () => {
  const { headers: { ETag: etag = "" } = {} } = await ask("known");
  expect(etag).toMatch(/^"[\w-]{22}"$/);
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const answer = await ask("known", { "if-none-match": known });
    expect([answer.status, answer.text]).toEqual([304, undefined]);
    // What a cache has to know, and nothing that it has.
    expect(answer.headers).toEqual({ ETag: etag, "Cache-Control": "max-age=5", Vary: "Origin, Accept-Encoding" });
  }
  expect((await ask("known", { "if-none-match": '"other"' })).status).toBe(200);
});

test.each([
  ["gzip, deflate, br", true],
  ["br;q=1.0, GZIP;q=0.5", true],
  ["br", false],
  ["gzip;q=0", false],
  ["gzip;q=0.0, br", false],
  ["", false],
])("to a browser that says it takes %j it goes compressed: %s", async (accepted, isZipped) => {
  const plain = await ask("known");
  const answer = await ask("known", { "accept-encoding": accepted });
  expect(answer.headers?.["Content-Encoding"]).toBe(isZipped ? "gzip" : undefined);
  expect(isZipped ? gunzipSync(answer.text as Uint8Array).toString() : answer.text).toBe(plain.text);
  expect(answer.headers?.Vary).toBe("Origin, Accept-Encoding");
  // Two forms, two tags: a strong tag names bytes.
  expect(answer.headers?.ETag === plain.headers?.ETag).toBe(!isZipped);
});

test("a file is looked for once, however many ask for it at a time; what is not there is kept in no list", async () => {
  const asked: string[] = [];
  const askCounted = asking((name) => {
    asked.push(name);
    return Promise.resolve(name === "known" ? found : undefined);
  });
  await Promise.all([askCounted("known"), askCounted("known")]);
  await askCounted("known");
  for (let time = 0; time < 2; time++) await expect(askCounted("other")).rejects.toMatchObject({ kind: "not-found" });
  expect(asked).toEqual(["known", "other", "other"]);
});

test("a file that could not be read is a fault of ours, and read again for the next who asks", async () => {
  let isBroken = true;
  const askBroken = asking(() => (isBroken ? Promise.reject(new Error("EMFILE")) : Promise.resolve(found)));
  const error = await askBroken("known").catch((thrown: unknown) => thrown);
  expect(error).not.toBeInstanceOf(Problem);
  isBroken = false;
  expect((await askBroken("known")).status).toBe(200);
});
