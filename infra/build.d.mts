/** Builds the app and every local program into `dist/`; resolves to the files' paths, throws when a source does not compile. */
export declare const buildAll: () => Promise<string[]>;
/** Builds a function app other than ours with the same options: a TypeScript entry point becomes `<outdir>/main.cjs`. */
export declare const buildApp: (entryPoint: string, outdir: string) => Promise<void>;
/** What the app says of the build it is, made with these environment variables. */
export declare const buildOf: (env: Readonly<Record<string, string | undefined>>) => {
  readonly version: string;
  readonly commit?: string;
};
