import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Problem } from "../../shared/problem.ts";
import { builtFolder } from "./built-folder.ts";
import type { Operation } from "./call.ts";

/** `GET BASE/openapi.json`: the description of all this (contract 4); no token. */
export const openApi: Operation = async ({ base }) => {
  // Loaded when somebody asks, which is seldom: no start of an instance pays for it.
  const { openApiText } = await import("./openapi/document.ts");
  return { status: 200, text: openApiText(base) };
};

/** The page's own files, bundled with the app: nothing is fetched from elsewhere. */
const files = {
  "start.js": "text/javascript;charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript;charset=utf-8",
  "swagger-ui.css": "text/css;charset=utf-8",
} as const;

const isFile = (name: string): name is keyof typeof files => Object.hasOwn(files, name);

/** Scripts and styles of our own only; the renderer sets inline styles and draws its icons from data URLs. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `GET /docs`: the same description for people. */
export const docsPage: Operation = ({ base }) =>
  Promise.resolve({
    status: 200,
    headers: {
      "Content-Type": "text/html;charset=utf-8",
      "Content-Security-Policy": contentSecurityPolicy,
      "X-Content-Type-Options": "nosniff",
    },
    text: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Fanfare API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${base}/docs/swagger-ui.css">
<main id="api"></main>
<noscript>This page draws <a href="${base}/beta/openapi.json">the API's description</a> with a script.</noscript>
<script src="${base}/docs/swagger-ui-bundle.js"></script>
<script src="${base}/docs/start.js" data-description="${base}/beta/openapi.json"></script>
</html>
`,
  });

const startScript = `SwaggerUIBundle({ url: document.currentScript.dataset.description, dom_id: "#api", deepLinking: true });\n`;

/** `GET /docs/{file}`: what the page loads. They change with the app only, so browsers keep them for an hour. */
export const docsFile: Operation = async ({ params: { file = "" } }) => {
  if (!isFile(file)) throw new Problem("not-found", "There is nothing at this path.");
  const text = file === "start.js" ? startScript : await readFile(join(builtFolder("docs"), file), "utf8");
  return {
    status: 200,
    headers: { "Content-Type": files[file], "X-Content-Type-Options": "nosniff", "Cache-Control": "max-age=3600" },
    text,
  };
};
