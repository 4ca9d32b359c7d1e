import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildApp } from "../../../infra/build.mjs";
import { startProgram, type Ended, type Program } from "../../support/program.ts";

/** A fixture app, built as Fanfare is, in a folder of its own. */
export type FixtureApp = {
  readonly folder: string;
  /** Starts a host on it; rejects with what the host said when it does not get ready. */
  readonly start: (env?: Readonly<Record<string, string>>) => Promise<Host>;
  readonly remove: () => Promise<void>;
};

export type Host = Program & { readonly url: string };

const entryPoints = {
  bus: new URL("./fixtures/bus.ts", import.meta.url),
  "config-error": new URL("./fixtures/config-error.ts", import.meta.url),
  messages: new URL("./fixtures/messages.ts", import.meta.url),
  refused: new URL("./fixtures/refused.ts", import.meta.url),
  streams: new URL("./fixtures/streams.ts", import.meta.url),
  throws: new URL("./fixtures/throws.ts", import.meta.url),
  timers: new URL("./fixtures/timers.ts", import.meta.url),
};
export type Fixture = keyof typeof entryPoints;

/** Builds `fixtures/<name>.ts`. `hostJson` is the text of its host.json, by default one with an empty route prefix. */
export const fixtureApp = async (
  name: Fixture,
  hostJson: string | object = { version: "2.0", extensions: { http: { routePrefix: "" } } },
): Promise<FixtureApp> => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-host-"));
  await Promise.all([
    buildApp(fileURLToPath(entryPoints[name]), folder),
    writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", main: "main.cjs" })),
    writeFile(join(folder, "host.json"), typeof hostJson === "string" ? hostJson : JSON.stringify(hostJson)),
  ]);
  const start: FixtureApp["start"] = async (env = {}) => {
    const settings = { FANFARE_APP_DIR: folder, FANFARE_HTTP_PORT: "0", ...env };
    const program = await startProgram({ name: "functions-host", env: settings, readyLine: /^Functions host ready/ });
    const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(program.ready) ?? [];
    return { ...program, url };
  };
  return { folder, start, remove: () => rm(folder, { recursive: true, force: true }) };
};

/** What a host said that did not start: its output, and its exit code as the failure names it. */
export const refusalOf = async (app: FixtureApp, env: Readonly<Record<string, string>> = {}): Promise<string> => {
  const outcome = await app.start(env).catch((error: unknown) => error);
  if (outcome instanceof Error) return outcome.message;
  const ended = await (outcome as Host).kill();
  return `it started, and was killed: ${JSON.stringify(ended satisfies Ended)}`;
};
