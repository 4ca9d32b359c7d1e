import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inboxUnderTest } from "./inbox-under-test.ts";

let inbox: Awaited<ReturnType<typeof inboxUnderTest>>;
beforeAll(async () => {
  inbox = await inboxUnderTest();
});
afterAll(() => inbox.stop());

test.each([
  { path: "/", type: "text/html; charset=utf-8", text: "<!doctype html>" },
  { path: "/inbox/main.js", type: "text/javascript; charset=utf-8", text: "main" },
  { path: "/inbox/page.css", type: "text/css; charset=utf-8", text: "css" },
  { path: "/service-worker.js", type: "text/javascript; charset=utf-8", text: "worker" },
])("$path is the page's", async ({ path, type, text }) => {
  const answer = await inbox.ask(path);
  expect(answer).toMatchObject({ status: 200, text, headers: { "content-type": type } });
  expect(answer.headers["x-content-type-options"]).toBe("nosniff");
  const head = await inbox.ask(path, { method: "HEAD" });
  expect(head).toMatchObject({ status: 200, text: "", headers: { "content-length": String(text.length) } });
});

test("the page may run and load its own origin's files, speak to the identity provider, and be framed by nobody", async () => {
  const { headers } = await inbox.ask("/");
  const policy = String(headers["content-security-policy"]);
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(policy).toContain("connect-src 'self' http://127.0.0.1:7172;");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).not.toMatch(/unsafe|\*/);
  expect(headers["referrer-policy"]).toBe("no-referrer");
});

test("the page and its worker are kept by nobody; the other files are asked about, and sent when they changed", async () => {
  for (const path of ["/", "/service-worker.js"]) {
    expect((await inbox.ask(path)).headers["cache-control"], path).toBe("no-store");
  }
  const { headers } = await inbox.ask("/inbox/main.js");
  expect(headers["cache-control"]).toBe("no-cache");
  const etag = String(headers.etag);
  const again = { headers: { "if-none-match": `"other", W/${etag}` } };
  expect(await inbox.ask("/inbox/main.js", again)).toMatchObject({ status: 304, text: "" });
  await writeFile(join(inbox.folder, "main.js"), "main of another build");
  expect(await inbox.ask("/inbox/main.js", again)).toMatchObject({ status: 200, text: "main of another build" });
  await writeFile(join(inbox.folder, "main.js"), "main");
});

test.each([
  "/inbox/absent.js",
  "/inbox/",
  "/inbox/.hidden.js",
  "/inbox/notes.txt",
  "/inbox/main",
  "/inbox/main.js/",
  "/inbox//main.js",
  "/inbox/..%2fsecret.js",
  "/inbox/..%5csecret.js",
  "/inbox/%252e%252e/secret.js",
  "/inbox/sub/main.js",
])("%s is no file of the page", async (path) => {
  const answer = await inbox.ask(path);
  expect(answer.status).toBe(404);
  expect(JSON.parse(answer.text)).toEqual({ error: expect.stringContaining("no such file") });
});

test.each(["/inbox/../secret.js", "/inbox/%2e%2e/secret.js", "/inbox/../../etc/passwd"])(
  "%s leads out of the page's folder, to the app and to no file",
  async (path) => {
    expect(await inbox.ask(path)).toMatchObject({ status: 200, text: "the app" });
  },
);

test.each(["evil.example", "127.0.0.1.evil.example", "evil.example:7071", "10.0.0.1"])(
  "under the name %s, which only leads here, nothing is shown",
  async (host) => {
    for (const path of ["/", "/inbox/main.js", "/service-worker.js", "/_local/config"]) {
      const answer = await inbox.ask(path, { headers: { host } });
      expect(answer, path).toMatchObject({ status: 403 });
      expect(JSON.parse(answer.text)).toEqual({ error: expect.stringContaining("127.0.0.1 and localhost only") });
    }
  },
);

test("localhost is this computer too", async () => {
  expect((await inbox.ask("/", { headers: { host: "localhost:7071" } })).status).toBe(200);
});

test("what is asked of the page otherwise than for reading is the app's to answer, as where there is no page", async () => {
  expect(await inbox.ask("/", { method: "POST" })).toMatchObject({ text: "the app" });
});

test("every other path is the app's, with the app's own CORS", async () => {
  for (const path of ["/beta/me/notifications", "/inbox", "/index.html", "/_localx", "/service-worker.js.map"]) {
    expect(await inbox.ask(path, { headers: { origin: "https://a.example" } }), path).toMatchObject({
      text: "the app",
      headers: { "access-control-allow-origin": "*" },
    });
  }
});

test("a page that was not built says so", async () => {
  const unbuilt = await inboxUnderTest({ folder: join(inbox.folder, "absent") });
  try {
    expect(await unbuilt.ask("/")).toMatchObject({ status: 404, text: expect.stringContaining("npm run build") });
  } finally {
    await unbuilt.stop();
  }
});
