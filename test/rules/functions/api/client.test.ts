import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=300, must-revalidate",
  });
});

test("the declarations are text, and developer tools are told of a map where there is one", async () => {
  const ask = client();
  expect((await ask("fanfare.d.ts")).headers?.["Content-Type"]).toBe("text/plain;charset=utf-8");
  expect((await ask("fanfare.d.ts")).headers).not.toHaveProperty("SourceMap");
  expect((await ask("fanfare.js")).headers?.SourceMap).toBe("fanfare.js.map");
  expect(await ask("fanfare.js.map")).toMatchObject({ text: "{}", headers: { "Content-Type": "application/json" } });
});

test.each([
  "fanfare-inbox.js",
  "fanfare.d.ts.map",
  "fanfare.js.map.map",
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
