import { existsSync } from "node:fs";
import { join } from "node:path";

/** A folder of files that the build puts beside the bundle; run from its sources, the app finds them where the build put them. */
export const builtFolder = (name: "docs" | "client"): string => {
  const beside = join(import.meta.dirname, name);
  return existsSync(beside) ? beside : join(import.meta.dirname, "../../dist", name);
};
