import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

const collect = runInNewContext("gc") as (what?: { readonly type: "minor" }) => void;

/** Collects all garbage now: between rounds, for what was measured right behind it was slower. */
export const collectGarbage = (): void => collect();

/** Collects what was made lately, so that what follows is charged with its own only. */
export const collectYoung = (): void => collect({ type: "minor" });
