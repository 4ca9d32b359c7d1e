import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { choosePorts } from "../../../infra/local/supervisor/choose-ports.ts";
import { lockDataDir } from "../../../infra/local/supervisor/data-dir-lock.ts";
import { ports, type PortName } from "../../../infra/local/settings.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "fanfare-directory-"));
});
afterEach(() => rm(directory, { recursive: true }));

const allPorts = Object.keys(ports) as PortName[];
const anyPort = Object.fromEntries(Object.values(ports).map(({ setting }) => [setting, "0"]));

test("a port asked for as 0 stays the same at the next start", async () => {
  const first = await choosePorts({ directory, used: allPorts, env: anyPort });
  expect(new Set(Object.values(first)).size).toBe(allPorts.length);
  expect(await choosePorts({ directory, used: allPorts, env: anyPort })).toEqual(first);
});

test("a port that is set is taken as it is and not kept", async () => {
  const chosen = await choosePorts({ directory, used: [], env: { ...anyPort, FANFARE_HTTP_PORT: "7999" } });
  expect(chosen.http).toBe(7999);
  expect(JSON.parse(await readFile(join(directory, "ports.json"), "utf8"))).not.toHaveProperty("http");
});

const taken = async (): Promise<{ server: Server; port: number }> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as { port: number }).port };
};

test("every busy port is told at once, by part and setting", async () => {
  const [one, two] = [await taken(), await taken()];
  const env = { ...anyPort, FANFARE_HTTP_PORT: String(one.port), FANFARE_TABLES_PORT: String(two.port) };
  await expect(choosePorts({ directory, used: allPorts, env })).rejects.toThrow(
    `functions-host: port ${one.port} is in use. Set FANFARE_HTTP_PORT to another port (0 takes a free one).\n` +
      `tables: port ${two.port} is in use. Set FANFARE_TABLES_PORT to another port (0 takes a free one).`,
  );
  const others = allPorts.filter((name) => name !== "http" && name !== "tables");
  await expect(choosePorts({ directory, used: others, env })).resolves.toBeDefined();
  for (const { server } of [one, two]) server.close();
});

test("a port whose last user is just ending is waited for", async () => {
  const { server, port } = await taken();
  const chosen = choosePorts({
    directory,
    used: ["http"],
    env: { ...anyPort, FANFARE_HTTP_PORT: String(port) },
    patienceMs: 5_000,
  });
  setTimeout(() => server.close(), 150);
  await expect(chosen).resolves.toMatchObject({ http: port });
});

test("one port for two parts is refused", async () => {
  const env = { ...anyPort, FANFARE_HTTP_PORT: "31999", FANFARE_IDENTITY_PORT: "31999" };
  await expect(choosePorts({ directory, used: allPorts, env })).rejects.toThrow("port 31999 is set for identity too");
});

test("kept ports that cannot be read are told, not guessed anew", async () => {
  await writeFile(join(directory, "ports.json"), `{"http": "what"}`);
  await expect(choosePorts({ directory, used: [], env: anyPort })).rejects.toThrow("ports.json is damaged");
});

/** Another process that holds a lock as ours does: by opening the same LevelDB. */
const holder = async (): Promise<ChildProcess> => {
  const folder = JSON.stringify(join(directory, "supervisor"));
  const script = `
    const { ClassicLevel } = require("classic-level");
    require("node:fs").mkdirSync(${folder}, { recursive: true });
    require("node:fs").writeFileSync(${folder} + "/pid", process.pid + "\\n");
    new ClassicLevel(${folder} + "/lock").open().then(() => console.log("held"));
    setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ["--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
};

test("a taken data directory is refused by the other's process id; once that is killed, the directory is free", async () => {
  const other = await holder();
  await expect(lockDataDir(directory)).rejects.toThrow(
    `Fanfare already runs on ${directory} (process ${other.pid}). End it first, or set FANFARE_DATA_DIR to another directory.`,
  );
  other.kill("SIGKILL");
  await once(other, "exit");
  const lock = await lockDataDir(directory);
  expect(lock.isInherited).toBe(true);
  await lock.release();
});

test("a lock let go of in order leaves nothing to wait for", async () => {
  await (await lockDataDir(directory)).release();
  const again = await lockDataDir(directory);
  expect(again.isInherited).toBe(false);
  await again.release();
});
