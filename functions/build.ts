/** Which build of the app this is: what an operator sees of it after a deployment. */
export type Build = {
  /** The package's. */
  readonly version: string;
  /** The commit it was built from, where the build knew it: GitHub's workflows say so. */
  readonly commit?: string;
};

declare const FANFARE_BUILD: Build | undefined;

/** Written into the bundle by `infra/build.mjs`; sources that run as they are have no build. */
export const build: Build = typeof FANFARE_BUILD === "undefined" ? { version: "unbuilt" } : FANFARE_BUILD;
