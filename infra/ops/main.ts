import { createInterface } from "node:readline/promises";
import { stopSignals } from "../local/supervisor/stop-signals.ts";
import { exitCodes } from "./failed.ts";
import { outputTo } from "./output.ts";
import { run } from "./run.ts";

const stop = new AbortController();
void stopSignals().stopAsked.then(() => {
  stop.abort();
});

/** Asks on stderr, so that stdout stays what the command answers. Ctrl-C is no. */
const ask = async (question: string): Promise<boolean> => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.on("SIGINT", () => {
    stop.abort();
  });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal: stop.signal })).trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
};

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  output: outputTo(process.stdout, process.stderr),
  ask: process.stdin.isTTY ? ask : undefined,
  stop: stop.signal,
});
// Connections and signal handlers need not be waited for; a piped result must be.
process.stdout.write("", (error?: NodeJS.ErrnoException | null) => {
  // Whoever reads no further (`| head`) wanted no more. A disk that is full is another thing: a key may be lost that stands nowhere else.
  if (error && error.code !== "EPIPE") {
    process.stderr.write(`What this command answers could not be written (${error.code ?? error.name}).\n`);
    process.exitCode = exitCodes.failed;
  }
  process.exit();
});
