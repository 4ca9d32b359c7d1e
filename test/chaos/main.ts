import { interrupted } from "../bench/interrupted.ts";
import { chaos } from "./chaos.ts";

const stop = interrupted();
process.exitCode = await chaos(process.argv.slice(2), stop).catch((error: unknown) => {
  if (stop.aborted) return 130;
  console.error(error instanceof Error ? error.message : error);
  return 1;
});
// Pools and signal handlers need not be waited for; a piped report must be.
process.stdout.write("", () => process.exit());
