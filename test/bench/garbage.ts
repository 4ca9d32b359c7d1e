import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

/** Collects all garbage now, so that what follows is charged with its own only. */
export const collectGarbage = runInNewContext("gc") as () => void;
