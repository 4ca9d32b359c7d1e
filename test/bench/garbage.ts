import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

const collect = runInNewContext("gc") as (what?: { readonly type: "minor" }) => void;

/** Collects all garbage now. Takes from V8 part of what it has learnt of code that was not run lately. */
export const collectGarbage = (): void => collect();

/** Collects what was made lately, so that what follows is charged with its own only. */
export const collectYoung = (): void => collect({ type: "minor" });
