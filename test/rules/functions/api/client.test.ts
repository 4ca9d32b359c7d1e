import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { HttpRequest } from "@azure/functions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientFile } from "../../../../functions/api/client.ts";
import type { Answer } from "../../../../functions/api/http.ts";
import { Problem } from "../../../../shared/problem.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfare-client-"));
  await writeFile(join(folder, "fanfare.js"), 'export const a="__FANFARE_BASE_URL__",b=`__FANFARE_BASE_URL__`;');
  await writeFile(join(folder, "fanfare.js.map"), "{}");
  await writeFile(join(folder, "fanfare.d.ts"), "export {};");
  await writeFile(join(folder, "secret.txt"), "secret");
});
afterAll(() => rm(folder, { recursive: true }));

const publicUrl = "https://notify.contoso.com/o'brien";
const client = () => {
  const operation = clientFile({ publicUrl, folder });
  return (file: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const request = new HttpRequest({ method: "GET", url: `https://notify.contoso.com/client/${file}`, headers });
    return operation({ request, params: { file }, base: publicUrl });
  };
};

test("a script names the service that serves it, whichever quotes it is built with", async () => {
  const { text } = await client()("fanfare.js");
  const { a, b } = await import(`data:text/javascript,${encodeURIComponent(text as string)}`);
  expect([a, b]).toEqual([publicUrl, publicUrl]);
});

test("a script is a script to every browser, for pages of any origin, and is asked for again soon", async () => {
  const { status, headers } = await client()("fanfare.js");
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    "Content-Type": "text/javascript;charset=utf-8",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=300, must-revalidate",
    Vary: "Origin, Accept-Encoding",
    ETag: expect.stringMatching(/^"[\w-]{22}"$/),
  });
});

test("a browser that has the file is told so, without the file", async () => {
  const ask = client();
  const { headers: { ETag: etag = "" } = {} } = await ask("fanfare.js");
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const answer = await ask("fanfare.js", { "if-none-match": known });
    expect([answer.status, answer.text, answer.headers?.ETag]).toEqual([304, undefined, etag]);
  }
  expect((await ask("fanfare.js", { "if-none-match": '"other"' })).status).toBe(200);
});

test.each([
  ["gzip, deflate, br", true],
  ["br;q=1.0, GZIP;q=0.5", true],
  ["br", false],
  ["gzip;q=0", false],
  ["gzip;q=0.0, br", false],
  ["", false],
])("to a browser that says it takes %j it goes compressed: %s", async (accepted, isZipped) => {
  const ask = client();
  const plain = await ask("fanfare.js");
  const answer = await ask("fanfare.js", { "accept-encoding": accepted });
  expect(answer.headers?.["Content-Encoding"]).toBe(isZipped ? "gzip" : undefined);
  expect(isZipped ? gunzipSync(answer.text as Uint8Array).toString() : answer.text).toBe(plain.text);
  // Two forms, two tags: a strong tag names bytes.
  expect(answer.headers?.ETag === plain.headers?.ETag).toBe(!isZipped);
});

test("each file is read once", async () => {
  const ask = client();
  const before = await ask("fanfare.d.ts");
  await writeFile(join(folder, "fanfare.d.ts"), "export type Changed = 1;");
  expect(await ask("fanfare.d.ts")).toEqual(before);
});

test("the declarations are text, and developer tools are told of a map where there is one", async () => {
  const ask = client();
  expect((await ask("fanfare.d.ts")).headers?.["Content-Type"]).toBe("text/plain;charset=utf-8");
  expect((await ask("fanfare.d.ts")).headers).not.toHaveProperty("SourceMap");
  expect((await ask("fanfare.js")).headers?.SourceMap).toBe("fanfare.js.map");
  expect((await ask("fanfare.js.map")).text).toBe("{}");
});

test.each([
  "fanfare-inbox.js",
  "fanfare.d.ts.map",
  "secret.txt",
  "../package.json",
  "__proto__",
  "constructor",
  ".map",
  "",
])("there is no %s, be it left out by the build or never offered", async (file) => {
  const error = await client()(file).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Problem);
  expect(error).toMatchObject({ kind: "not-found" });
});
