import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

export type Redis = { readonly port: number; readonly pid: number; readonly stop: () => Promise<void> };

type Wish = {
  /** A name on the PATH, or a path. */
  readonly program: string;
  /** Where it keeps what it keeps; made if need be. */
  readonly directory: string;
  /** Every write in a log that is on disk within a second; else nothing is kept. */
  readonly durable: boolean;
};

/** A Redis of its own on a free port of this machine. Resolves to undefined when there is no such program; rejects when it does not start. */
export const startRedis = async ({ program, directory, durable }: Wish): Promise<Redis | undefined> => {
  await mkdir(directory, { recursive: true });
  const port = await freePort();
  const settings = { bind: "127.0.0.1", port: String(port), dir: directory, save: "" };
  const args = Object.entries({ ...settings, appendonly: durable ? "yes" : "no" }).flatMap(([name, value]) => [
    `--${name}`,
    value,
  ]);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const isThere = await once(child, "spawn").then(
    () => true,
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw error;
    },
  );
  if (!isThere) return undefined;
  const killWithUs = (): unknown => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  const exited = once(child, "exit").finally(() => process.off("exit", killWithUs));
  const isReady = await Promise.race([saysReady(child.stdout), exited.then(() => false)]);
  if (!isReady || child.pid === undefined) throw new Error(`${program} ended before it accepted connections.`);
  return {
    port,
    pid: child.pid,
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
};

const saysReady = (output: NodeJS.ReadableStream): Promise<true> =>
  new Promise((resolve) => {
    createInterface({ input: output }).on("line", (line) => {
      if (line.includes("Ready to accept connections")) resolve(true);
    });
  });

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No free port.");
  return address.port;
};
