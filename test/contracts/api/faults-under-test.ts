import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { heldToItsDescription } from "../../support/api-description.ts";
import { loadApp, type Answered, type AppInProcess } from "../../support/app-in-process.ts";
import type { Backends } from "../../support/backends.ts";
import { expectFaultForm } from "../../support/expect-fault.ts";
import { post, unsidOf } from "./api-under-test.ts";

// Who imports these sees what the hooks below gave them.
export let backends: Backends;
export let app: AppInProcess;
export let authorization: string;
export let unsid: string;
/** What must never be shown or logged: of each test that hands one out. */
export const secrets: string[] = [];
const answers: Answered[] = [];

export const token = async (...who: Parameters<Backends["authorization"]>): Promise<string> => {
  const header = await backends.authorization(...who);
  secrets.push(header.slice("Bearer ".length));
  return header;
};

/** One app in all cases of the `describe` that calls it. */
export const oneAppIsAsked = (shared: () => Backends): void => {
  beforeAll(async () => {
    backends = shared();
    app = await heldToItsDescription(await loadApp(backends.settings()));
    authorization = await token(backends.apps.sample);
    unsid = await unsidOf(app, backends, "ada@contoso.com");
    const { serviceBusKey, tablesKey, dataKey, vapid } = backends.secrets;
    secrets.push(unsid, serviceBusKey, tablesKey, dataKey.split(":")[1]!, vapid.privateKey);
    secrets.push(/SharedAccessKey=([^;]+)/.exec(backends.bus.connectionString)![1]!);
    secrets.push(/AccountKey=([^;]+)/.exec(backends.tables.connectionString)![1]!);
  });
  afterAll(async () => {
    await app.close();
  });

  /** No answer and no log line of any test holds a secret or a trace of the inside. */
  afterEach(() => {
    for (const text of [...answers.splice(0).map((answer) => answer.text), ...app.logged.splice(0)]) {
      for (const secret of secrets) expect(text).not.toContain(secret);
      expect(text).not.toMatch(/\.[cm]?[jt]s:\d+|node_modules|RestError|ZodError/);
    }
  });
};

/** An answer in the form every fault has (contract 2.5), whose message is a sentence. */
export const expectFault = (answer: Answered, status: number, message: RegExp | string = ""): void => {
  answers.push(answer);
  expect([answer.status, answer.json?.error?.message]).toEqual([status, expect.stringMatching(message)]);
  expectFaultForm({ ...answer, header: (name) => answer.headers.get(name) }, status);
  expect(answer.json.error.message).toMatch(/\.$/);
  expect(answer.headers.get("content-type")).toMatch(/^application\/json;/);
  expect(answer.headers.get("cache-control")).toBe("private");
};
export const posted = (body: unknown, headers: Record<string, string> = {}): Promise<Answered> =>
  post(app, body, { unsid, headers: { authorization, ...headers } });
