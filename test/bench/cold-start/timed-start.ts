import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** What a child says once it has registered: the functions' names, and the milliseconds from the loader's start to that. */
export type Registered = { readonly functions: readonly string[]; readonly loadMs: number };
type TimedStart = { readonly ms: number; readonly said: string };

/** Milliseconds from spawning node with these arguments to its end, and what it printed. Throws when it fails or is stopped. */
export const timedStart = async (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  stop: AbortSignal,
): Promise<TimedStart> => {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"], signal: stop });
  const said = text(child.stdout);
  const [code] = (await once(child, "exit")) as [number | null];
  const ms = performance.now() - startedAt;
  if (code !== 0) throw new Error(`node ${args.join(" ")} failed (exit code ${code ?? "none"}).`);
  return { ms, said: await said };
};
