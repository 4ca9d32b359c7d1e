import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { secretsIn } from "../../../infra/local/secrets.ts";
import { canaryApp } from "../../../infra/ops/smoke/canary-app.table.ts";
import { tableAppRegister } from "../../../shared/auth/app-register.table.ts";
import type { Table } from "../../../shared/storage/table.ts";
import { closedPort } from "../../support/closed-port.ts";
import { startTablesUnderTest, type TablesUnderTest } from "../../support/tables.ts";
import { command, linesOf } from "./operator.ts";

type Document = {
  readonly ok: boolean;
  readonly steps: readonly {
    readonly step: string;
    readonly ok: boolean;
    readonly ms: number;
    readonly note?: string;
  }[];
  readonly failed?: { readonly step: string; readonly sentence: string; readonly next: string };
};
const documentIn = (stdout: string): Document => linesOf(stdout)[0] as Document;

const subscriptionsIn = async (feeds: Table): Promise<number> => {
  let count = 0;
  for await (const { rowKey } of feeds.all()) if (rowKey.startsWith("s_")) count += 1;
  return count;
};

let tables: TablesUnderTest;
let folder: string;
let url: string;
let dataKeys: string;
/** What the service answers to a POST, dry runs included, in turn; the last one from then on. */
let posts: number[];
let failing: "failing" | undefined;
const asked: string[] = [];

/** A service that takes what it is sent, and delivers nothing. */
const answer = (request: IncomingMessage, response: ServerResponse): void => {
  const path = request.url ?? "";
  asked.push(path);
  request.resume();
  if (path === "/health/ready")
    response
      .writeHead(failing === undefined ? 200 : 503)
      .end(JSON.stringify({ checks: { tables: "ok", serviceBus: failing ?? "ok" } }));
  else {
    const status = posts.length > 1 ? posts.shift()! : posts[0]!;
    const error = { code: "x", message: "The token has expired." };
    response.writeHead(status).end(JSON.stringify(status < 300 ? { id: crypto.randomUUID() } : { error }));
  }
};
const server = createServer(answer);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfare-smoke-"));
  [tables, { dataKey: dataKeys }] = await Promise.all([startTablesUnderTest(), secretsIn(folder)]);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await Promise.all([tables.stop(), rm(folder, { recursive: true })]);
});

const tokenOf = (claims: Readonly<Record<string, string>>): Promise<string> =>
  new SignJWT({ tid: "t", oid: "o", azp: "smoker", ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .sign(Buffer.alloc(32, 1));
const env = async (more: Readonly<Record<string, string>> = {}) => ({
  TablesConnection: tables.connectionString,
  PUBLIC_URL: url,
  DATA_KEYS: dataKeys,
  FANFARE_SMOKE_TOKEN: await tokenOf({}),
  ...more,
});
const smoke = async (more: Readonly<Record<string, string>> = {}) => {
  const settings = await env(more);
  const told = await command(["smoke", "--json", "--timeout", "1"], { env: settings });
  for (const secret of [settings.FANFARE_SMOKE_TOKEN, dataKeys.slice(3)])
    expect(told.stdout + told.stderr).not.toContain(secret);
  return { ...told, document: documentIn(told.stdout) };
};

test("an app that is registered for the first time is waited for until the service knows it, by rehearsals that ring nobody", async () => {
  posts = [403, 200, 201];
  asked.length = 0;
  const { document } = await smoke();
  expect(document.steps.map(({ step }) => step)).toContain("app known to the service");
  expect(asked.filter((path) => path.includes("dryRun=true"))).toHaveLength(2);
  expect(asked.filter((path) => path.endsWith("/me/notifications/"))).toHaveLength(1);
  expect(await tableAppRegister(tables.tables.apps).find(canaryApp)).toMatchObject({
    app: { senders: ["smoker"], clients: [] },
  });
});

test("what is accepted and not delivered in time is exit code 1, with where to look; the canary is removed all the same", async () => {
  posts = [201];
  const { code, stderr, document } = await smoke();
  expect(code).toBe(1);
  expect(document.failed).toEqual({
    step: "delivered",
    sentence: "The notification was accepted, and no run has told the canary of it within 1 s.",
    next: expect.stringMatching(/^npm run ops -- queue/),
  });
  expect(stderr).toMatch(/^The step “delivered” failed\. .*\nNext: npm run ops -- queue/m);
  expect(stderr).toMatch(/^Audit: smoke of app canary\.fanfare\.invalid by .*: failed\.$/m);
  expect(await subscriptionsIn(tables.tables.feeds)).toBe(0);
});

test.each([
  {
    status: 401,
    sentence: "The POST was answered 401. “The token has expired.”",
    next: /TOKEN_ISSUERS and TOKEN_AUDIENCES/,
  },
  { status: 403, sentence: /^The POST was answered 403\./, next: /apps list/ },
  { status: 406, sentence: /^The POST was answered 406\./, next: /-- queue/ },
  { status: 500, sentence: /^The POST was answered 500\./, next: /doctor/ },
])("a POST that is answered $status fails the step with what it means", async ({ status, sentence, next }) => {
  posts = [status];
  const { code, document } = await smoke();
  expect(code).toBe(1);
  expect(document.failed).toMatchObject({ step: "notification accepted", next: expect.stringMatching(next) });
  expect(document.failed?.sentence).toMatch(sentence);
});

test.each([
  {
    what: "a service that is away",
    more: async () => ({ PUBLIC_URL: `http://127.0.0.1:${await closedPort()}` }),
    step: "service is ready",
    sentence: /cannot be reached\.$/,
  },
  {
    what: "a person's token",
    more: async () => ({ FANFARE_SMOKE_TOKEN: await tokenOf({ scp: "x" }) }),
    step: "token had",
    sentence: /signed-in person's/,
  },
  {
    what: "a token that is none",
    more: () => ({ FANFARE_SMOKE_TOKEN: "hunter2hunter2" }),
    step: "token had",
    sentence: /names no app/,
  },
  {
    what: "no token",
    more: () => ({ FANFARE_SMOKE_TOKEN: "" }),
    step: "token had",
    sentence: /^There is no token: set FANFARE_SMOKE_TOKEN/,
  },
  {
    what: "keys that are none",
    more: () => ({ DATA_KEYS: "hunter2" }),
    step: "canary subscribed",
    sentence: /^DATA_KEYS is not what the service takes/,
  },
])("$what is told at its step, exit code 1", async ({ more, step, sentence }) => {
  posts = [201];
  const told = await command(["smoke", "--json", "--timeout", "1"], { env: await env(await more()) });
  expect(told.code).toBe(1);
  expect(documentIn(told.stdout).failed).toMatchObject({ step, sentence: expect.stringMatching(sentence) });
  expect(told.stdout + told.stderr).not.toContain("hunter2");
});

test("a service that is not ready is told with what it lacks", async () => {
  failing = "failing";
  const { code, document } = await smoke();
  failing = undefined;
  expect(code).toBe(1);
  const sentence = "The service runs and is not ready: it cannot use serviceBus.";
  expect(document.failed).toEqual({ step: "service is ready", sentence, next: "npm run ops -- doctor" });
});

test("tables that cannot be written stop it before anything is done, in a sentence", async () => {
  const away = tables.connectionStringAt(await closedPort());
  const told = await command(["smoke", "--timeout", "1", "--json"], { env: await env({ TablesConnection: away }) });
  expect(told.code).toBe(1);
  expect(told.stderr).toMatch(/^Nothing was done, for it could not be noted in the table audit first\./);
  expect(linesOf(told.stdout)).toMatchObject([
    {
      ok: false,
      failed: {
        step: null,
        sentence: expect.stringMatching(/^Nothing was done/),
        next: expect.stringMatching(/doctor/),
      },
    },
  ]);
});

test("Ctrl-C ends the wait, and removes the canary", async () => {
  posts = [201];
  const stop = new AbortController();
  const stopOnceAccepted = (path: string): void => {
    if (path.endsWith("/me/notifications/")) stop.abort();
  };
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    response.on("finish", () => stopOnceAccepted(request.url ?? ""));
  });
  const told = await command(["smoke", "--json"], { env: await env(), stop: stop.signal });
  server.removeAllListeners("request").on("request", answer);
  expect(told).toMatchObject({ code: 130, stderr: expect.stringContaining("interrupted") });
  expect(documentIn(told.stdout)).toMatchObject({ ok: false, failed: { step: null, sentence: "Interrupted." } });
  expect(await subscriptionsIn(tables.tables.feeds)).toBe(0);
});

test.each([
  { args: ["smoke", "--timeout", "0"], more: {}, told: "It is a whole number above zero." },
  { args: ["smoke"], more: {}, told: "PUBLIC_URL is not set, and smoke posts there." },
  ...["hunter2", "ftp://hunter2", "https://ada:hunter2@fanfare.contoso.com"].map((PUBLIC_URL) => ({
    args: ["smoke"],
    more: { PUBLIC_URL },
    told: "PUBLIC_URL is no http(s) URL, and smoke posts there.",
  })),
])("$args with $more is wrong usage: 64", async ({ args, told, more }) => {
  const ended = await command(args, { env: { TablesConnection: tables.connectionString, ...more } });
  expect(ended.stderr).not.toContain("hunter2");
  expect(ended).toMatchObject({ code: 64, stdout: "", stderr: expect.stringContaining(told) });
});
