import type { Plugin } from "esbuild";

/** Minifies what browsers load, or takes what came of the same script the last time. */
export declare const minifiedTwice: Plugin;
