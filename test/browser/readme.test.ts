import { readFileSync } from "node:fs";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startStack, type LocalStack } from "../support/stack.ts";
import { until } from "../support/until.ts";
import { showsToasts } from "./support/app-page.ts";
import { describeBrowser } from "./support/describe-browser.ts";
import { launchFirefox } from "./support/firefox.ts";
import { inboxOn } from "./support/inbox-on.ts";
import { startSite, type Site } from "./support/site.ts";

const readme = (folder: string): string => readFileSync(new URL(`../../${folder}README.md`, import.meta.url), "utf8");
const samplesIn = (text: string, language: string): string[] =>
  [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].flatMap(([, name, sample = ""]) =>
    name === language ? [sample] : [],
  );

const text = readme("shared/client/");
const [client = "", list = ""] = samplesIn(text, "html");
const [worker = "", subscribing = ""] = samplesIn(text, "js");
const [policy = ""] = samplesIn(text, "http");
const [shortest = ""] = samplesIn(readme(""), "html");

describeBrowser("firefox", "the page for web apps, shared/client/README.md", () => {
  const user = `${crypto.randomUUID()}@contoso.com`;
  let site: Site;
  let stack: LocalStack;
  let browser: Browser;
  let page: Page;
  let askedByWorker = 0;

  beforeAll(async () => {
    site = await startSite((request, response) => {
      const send = (type: string, content: string): void => {
        response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(content);
      };
      if (request.url === "/") send("text/html;charset=utf-8", here(pageOf(user, whole)));
      else if (request.url === "/shortest") send("text/html;charset=utf-8", here(pageOf(user, shortest)));
      else if (request.url === "/strict") {
        response.setHeader("content-security-policy", `${given()}; require-trusted-types-for 'script'`);
        send("text/html;charset=utf-8", strictPage);
      } else if (request.url === "/violations.js") send("text/javascript", noting);
      else if (request.url === "/strict.js") send("text/javascript", here(scriptsOf(pageOf(user, shortest))));
      else if (request.url === "/service-worker.js") {
        response.setHeader("content-security-policy", given());
        send("text/javascript", here(worker));
      } else if (request.url === "/token") {
        if (request.headers.referer?.endsWith("/service-worker.js")) askedByWorker += 1;
        void stack.token({ user }).then((token) => send("text/json", JSON.stringify({ account: user, token })));
      } else response.writeHead(404).end();
    });
    stack = await startStack({ env: { CORS_ALLOWED_ORIGINS: site.origin } });
    browser = await launchFirefox({ pushUrl: stack.stack.webpush.browserUrl });
    page = await browser.newPage();
    await page.goto(site.origin);
  });
  afterAll(async () => {
    await browser.close();
    await stack.stop();
    await site.close();
  });

  /** The samples speak of somebody's service and app; this is where these are. */
  const here = (sample: string): string =>
    sample
      .replaceAll("https://notify.contoso.com", stack.stack.httpUrl)
      .replaceAll("app.contoso.com", stack.stack.apps[0]?.hostName ?? "");

  const given = (): string => here(policy).replace("Content-Security-Policy:", "").trim();

  test("its samples, as they stand there, make an app that is rung, shows the list and writes what the user does", async ({
    onTestFailed,
  }) => {
    onTestFailed(() => console.error(stack.output()));
    await page.locator("#ring-me").click();
    const unsid = await until(
      () => page.evaluate("unsid").then((told) => (typeof told === "string" ? told : undefined)),
      {
        what: "the app's server is told the UNSID",
        within: 20_000,
      },
    );
    const { status } = await stack.post({ appNotificationId: "one", payload: { rawContent: "Dinner?" } }, { unsid });
    expect(status).toBe(201);
    await showsToasts(page, ["Dinner?"]);
    await inboxOn(() => page).shows("Dinner?");
    await page.waitForFunction("drawn.notifications.length === 1 && drawn.added.length === 1");
    await inboxOn(() => page).press("Dismiss: Dinner?");
    await showsToasts(page, []);
  });

  test("its worker asks the app's server for the token with no page of the app open, and takes down what was dismissed elsewhere", async () => {
    const unsid = await page.evaluate("unsid");
    await page.goto(`${site.origin}/blank`);
    if (typeof unsid !== "string") throw new Error("not subscribed");
    for (const name of ["three", "four", "five"]) {
      const { status } = await stack.post({ appNotificationId: name, payload: { rawContent: name } }, { unsid });
      expect(status).toBe(201);
    }
    await showsToasts(page, ["three", "four", "five"]);
    const token = await stack.token({ user });
    const dismissed = await fetch(`${stack.stack.httpUrl}/beta/me/notifications`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ all: true, userActionState: "dismissed" }),
    });
    expect(dismissed.status).toBe(200);
    askedByWorker = 0;
    await stack.post({ appNotificationId: "six", payload: { rawContent: "six" } }, { unsid });
    await showsToasts(page, ["six"]);
    expect(askedByWorker).toBeGreaterThan(0);
    await page.goto(site.origin);
  });

  test("a page under the policy it gives, and Trusted Types, has the list", async () => {
    const other = await browser.newPage();
    await other.goto(`${site.origin}/strict`);
    await inboxOn(() => other).shows("six");
    expect(await other.evaluate("violations")).toEqual([]);
    await other.close();
  });

  test("so does the sample of the project's own page, which is shorter", async () => {
    const { status } = await stack.post({ appNotificationId: "two", payload: { rawContent: "Tea?" } }, { user });
    expect(status).toBe(201);
    const other = await browser.newPage();
    await other.goto(`${site.origin}/shortest`);
    await inboxOn(() => other).shows("Tea?", "six");
    await other.close();
  });

  test("no sample of it is left out here", () => {
    const samples = [...text.matchAll(/^```\w+$/gm)].map(([fence]) => fence);
    expect(samples).toEqual(["```html", "```http", "```json", "```sh", "```js", "```js", "```html"]);
  });

  test("every method it names is there", async () => {
    const named = [...text.matchAll(/`(?:client\.)?(\w+)\((?:\)|id|\{)/g)].map(([, name = ""]) => name);
    expect(named.length).toBeGreaterThan(7);
    const missing = await page.evaluate((names) => names.filter((name) => !(name in globalThis.client)), named);
    expect(missing).toEqual([]);
  });

  test("the service worker's page has the same worker", () => {
    expect(samplesIn(readme("shared/client/worker/"), "js")[0]).toBe(worker);
  });
});

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
