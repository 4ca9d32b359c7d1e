import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";

/** The files of an app in TypeScript, with what the service offers saved as the page for web apps says. */
const files = {
  "page.ts": `
import { UserNotificationClient, type UserNotification } from "https://notify.contoso.com/client/fanfare.js";
import type { FanfareInbox } from "https://notify.contoso.com/client/fanfare-inbox.js";
import "https://notify.contoso.com/client/fanfare-inbox.js";

const client = new UserNotificationClient({
  targetHostName: "contoso.com",
  account: "ada",
  getToken: async ({ isRefused }) => (isRefused ? undefined : "token"),
});
const inbox: FanfareInbox | null = document.querySelector("fanfare-inbox");
if (inbox) {
  inbox.client = client;
  inbox.client = undefined;
  inbox.words = { heading: "Benachrichtigungen" };
  inbox.filter = "unread";
  inbox.reveal("id");
  document.title = inbox.unreadCount.toFixed();
  inbox.addEventListener("fanfare-open", (event) => {
    const opened: UserNotification = event.detail;
    document.title = opened.payload.visualContent?.title ?? "";
  });
  inbox.addEventListener("fanfare-unread", ({ detail }) => void detail.toFixed());
  // @ts-expect-error: no such filter
  inbox.filter = "archived";
  // @ts-expect-error: only to be read
  inbox.unreadCount = 1;
  // @ts-expect-error: nothing of a client
  inbox.client = { sync: 1 };
  // @ts-expect-error: not one of the words
  inbox.words = { headline: "?" };
}
for await (const { added } of client.changes()) document.title = added[0]?.id ?? "";
const answer = await client.sync();
if (answer.kind === "throttled") document.title = answer.waitMs.toFixed();
`,
  "service-worker.ts": `
importScripts("https://notify.contoso.com/client/fanfare-service-worker.js");
fanfare.serveNotifications();
const titleOf = ({ payload }: fanfare.UserNotification): string => payload.rawContent ?? "";
const options: fanfare.ServeOptions = {
  getToken: async ({ account, isRefused }) => (isRefused ? undefined : "token of " + account),
  toastOf: (notification) => ({ title: titleOf(notification), actions: [{ action: "open", title: "Open" }] }),
  words: { dismiss: "Verwerfen" },
};
fanfare.serveNotifications(options);
const client = new fanfare.UserNotificationClient({ targetHostName: "contoso.com", account: "ada", getToken: async () => "t" });
void client.processPush("{}").then(({ fresh }) => fresh.map(titleOf));
// @ts-expect-error: no such word
fanfare.serveNotifications({ words: { close: "?" } });
// @ts-expect-error: what is not offered is not there
fanfare.indexedDbRegistrationStore;
`,
};

let app: string;
beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), "fanfare-types-"));
  await mkdir(join(app, "types"));
  const declarations = (await readdir("dist/client")).filter((name) => name.endsWith(".d.ts"));
  for (const name of declarations) await copyFile(join("dist/client", name), join(app, "types", name));
  for (const [name, text] of Object.entries(files)) await writeFile(join(app, name), text);
});
afterAll(() => rm(app, { recursive: true }));

type Config = { readonly compilerOptions: object };

/** What the page for web apps has a `tsconfig.json` say. */
const configs = async (): Promise<readonly Config[]> => {
  const text = await readFile("shared/client/README.md", "utf8");
  return [...text.matchAll(/^```json\n([^]*?)^```$/gm)].map(([, sample = ""]) => JSON.parse(sample) as Config);
};

/** What TypeScript has to say, of the app's files and of the declarations themselves, as strict as it can be. */
const faultsOf = (config: Config): readonly string[] => {
  const strictest = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true };
  // TypeScript's own libraries are right by themselves, and to check them takes most of the time; what contradicts them is told where it stands.
  const quick = { skipDefaultLibCheck: true };
  const common = { target: "es2022", module: "esnext", types: [], ...strictest, ...quick };
  const compilerOptions = { ...common, ...config.compilerOptions };
  const { fileNames, options, errors } = ts.parseJsonConfigFileContent({ ...config, compilerOptions }, ts.sys, app);
  const program = ts.createProgram(fileNames, options);
  return [...errors, ...ts.getPreEmitDiagnostics(program)].map(
    ({ file, messageText }) => `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
  );
};

test.each([
  ["page", 0],
  ["service worker", 1],
] as const)("the tsconfig.json for a %s has an app checked, against declarations without a fault", async (_, index) => {
  const config = (await configs())[index];
  if (!config) throw new Error("the page has no such sample");
  expect(faultsOf(config)).toEqual([]);
});

test("each file of declarations stands alone", async () => {
  const names = (await readdir("dist/client")).filter((name) => name.endsWith(".d.ts"));
  expect(names.toSorted()).toEqual(["fanfare-inbox.d.ts", "fanfare-service-worker.d.ts", "fanfare.d.ts"]);
  for (const name of names) {
    expect(await readFile(join("dist/client", name), "utf8"), name).not.toMatch(
      /^\s*import |from "|import\("|<reference/m,
    );
  }
});
