import { builtFolder, readBuilt, typeOfBuilt } from "./built-files.ts";
import type { Operation } from "./call.ts";
import { servedFile } from "./served-file.ts";

/** `GET BASE/openapi.json`: the description of all this (contract 4); no token. */
export const openApi: Operation = async ({ base }) => {
  // Loaded when somebody asks, which is seldom: no start of an instance pays for it.
  const { openApiText } = await import("./openapi/document.ts");
  return { status: 200, text: openApiText(base) };
};

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
<script src="${base}/docs/${startFile}" data-description="${base}/beta/openapi.json"></script>
</html>
`,
  });

/** The page's own files, bundled with the app: nothing is fetched from elsewhere. */
const files: readonly string[] = ["swagger-ui-bundle.js", "swagger-ui.css"];
const startFile = "start.js";
const startScript = `SwaggerUIBundle({ url: document.currentScript.dataset.description, dom_id: "#api", deepLinking: true });\n`;

/** `GET /docs/{file}`: what the page loads. They change with the app only, so browsers keep them for an hour. */
export const docsFile = (): Operation => {
  const folder = builtFolder("docs");
  const textOf = (name: string): Promise<string | undefined> =>
    files.includes(name) ? readBuilt(folder, name) : Promise.resolve(name === startFile ? startScript : undefined);

  return servedFile(async (name) => {
    const text = await textOf(name);
    if (text === undefined) return undefined;
    return { text, cacheControl: "public, max-age=3600", headers: { "Content-Type": typeOfBuilt(name) } };
  });
};
