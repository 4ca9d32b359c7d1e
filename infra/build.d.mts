/** Builds the app and every local program into `dist/`; resolves to the files' paths, throws when a source does not compile. */
export declare const buildAll: () => Promise<string[]>;
