import { HttpRequest } from "@azure/functions";
import { expect, test } from "vitest";
import { docsFile } from "../../../../functions/api/docs.ts";
import type { Answer } from "../../../../functions/api/http.ts";

const docs = docsFile();
const ask = (file: string): Promise<Answer> => {
  const request = new HttpRequest({ method: "GET", url: `https://notify.contoso.com/docs/${file}` });
  return docs({ request, params: { file }, base: "https://notify.contoso.com" });
};

test.each([
  ["start.js", "text/javascript;charset=utf-8", "SwaggerUIBundle("],
  ["swagger-ui-bundle.js", "text/javascript;charset=utf-8", "swagger"],
  ["swagger-ui.css", "text/css;charset=utf-8", ".swagger-ui"],
])("the page's %s is there, as what it is, and kept by browsers for an hour", async (file, type, content) => {
  const { headers, text } = await ask(file);
  expect(headers).toMatchObject({ "Content-Type": type, "Cache-Control": "public, max-age=3600" });
  expect(text).toContain(content);
});

test.each(["LICENSE", "../main.cjs", "__proto__", "constructor", ".js", ""])("there is no %s", async (file) => {
  await expect(ask(file)).rejects.toMatchObject({ kind: "not-found" });
});
