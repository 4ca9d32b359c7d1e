import type { BuildOptions } from "esbuild";

/** The compiler's jobs for all browser code there is. */
export declare const browserJobs: () => Promise<
  (BuildOptions & { entryPoints: Record<string, string>; outdir: string })[]
>;
