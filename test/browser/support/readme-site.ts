import { readFileSync } from "node:fs";
import type { LocalStack } from "../../support/stack.ts";
import { startSite, type Site } from "./site.ts";

/** A folder's README.md; "": the project's own. */
export const readmeOf = (folder: string): string =>
  readFileSync(new URL(`../../../${folder}README.md`, import.meta.url), "utf8");

/** Its samples in a language, in order. */
export const samplesIn = (text: string, language: string): string[] =>
  [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].flatMap(([, name, sample = ""]) =>
    name === language ? [sample] : [],
  );

/** The page for web apps. */
export const clientReadme = readmeOf("shared/client/");
const [client = "", list = ""] = samplesIn(clientReadme, "html");
const [worker = "", subscribing = ""] = samplesIn(clientReadme, "js");
const [policy = ""] = samplesIn(clientReadme, "http");
const [shortest = ""] = samplesIn(readmeOf(""), "html");

/** An app that is made of the samples of the pages for developers, as they stand there, and of what these take for granted. */
export type ReadmeSite = Site & {
  /** The samples speak of somebody's service and app; from now on these are this stack's. */
  readonly use: (stack: LocalStack) => void;
  /** How often the worker has asked the app's server for a token. */
  readonly askedByWorker: () => number;
};

/** Starts it, before the stack, which has to allow its origin; `/` has all samples, `/shortest` and `/strict` the project's own page's. */
export const startReadmeSite = async (user: string): Promise<ReadmeSite> => {
  let here = (sample: string): string => sample;
  let token = (): Promise<string> => Promise.reject(new Error("no stack is used yet"));
  let askedByWorker = 0;
  const given = (): string => here(policy).replace("Content-Security-Policy:", "").trim();
  const site = await startSite((request, response) => {
    const send = (type: string, content: string): void => {
      response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(content);
    };
    switch (request.url) {
      case "/":
        send("text/html;charset=utf-8", here(pageOf(user, whole)));
        break;
      case "/shortest":
        send("text/html;charset=utf-8", here(pageOf(user, shortest)));
        break;
      case "/strict":
        response.setHeader("content-security-policy", `${given()}; require-trusted-types-for 'script'`);
        send("text/html;charset=utf-8", strictPage);
        break;
      case "/violations.js":
        send("text/javascript", noting);
        break;
      case "/strict.js":
        send("text/javascript", here(scriptsOf(pageOf(user, shortest))));
        break;
      case "/service-worker.js":
        response.setHeader("content-security-policy", given());
        send("text/javascript", here(worker));
        break;
      case "/token":
        if (request.headers.referer?.endsWith("/service-worker.js")) askedByWorker += 1;
        void token().then((made) => send("text/json", JSON.stringify({ account: user, token: made })));
        break;
      default:
        response.writeHead(404).end();
    }
  });
  return {
    ...site,
    use: (stack) => {
      token = () => stack.token({ user });
      here = (sample) =>
        sample
          .replaceAll("https://notify.contoso.com", stack.stack.httpUrl)
          .replaceAll("app.contoso.com", stack.stack.apps[0]?.hostName ?? "");
    },
    askedByWorker: () => askedByWorker,
  };
};

/** The samples of the page one after another; what the first one calls `client` the later ones use. */
const whole = `
<button id="ring-me">Ring me</button>
${client.replace("const client =", "globalThis.client =")}
<script type="module">
document.querySelector("#ring-me").addEventListener("click", async () => {
${subscribing}
});
</script>
${list}`;

/** A page with what the samples take for granted: the user, the app's tokens and server, and a place to draw at. */
const pageOf = (user: string, samples: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>An app made of samples</title>
<script>
var user = { id: ${JSON.stringify(user)} };
var getToken = async () => (await (await fetch("/token")).json()).token;
var auth = { accessToken: getToken };
var drawn, unsid;
var render = (notifications, added) => (drawn = { notifications, added });
var tellMyServer = async (told) => (unsid = told);
</script>
${samples}
</html>
`;

/** The inline scripts of a page, as one file: a module. */
const scriptsOf = (html: string): string =>
  [...html.matchAll(/<script[^>]*>([^]*?)<\/script>/g)].map(([, script = ""]) => script).join("\n");

const strictPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>An app under a strict policy</title>
<script src="/violations.js"></script>
<fanfare-inbox></fanfare-inbox>
<script type="module" src="/strict.js"></script>
</html>
`;

const noting = `var violations = [];
addEventListener("securitypolicyviolation", ({ blockedURI, violatedDirective }) => {
  if (!blockedURI.endsWith("/favicon.ico")) violations.push([violatedDirective, blockedURI]); // the page's own affair
});`;
