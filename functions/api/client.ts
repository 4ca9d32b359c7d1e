import { builtFolder, readBuilt, typeOfBuilt } from "./built-files.ts";
import type { Operation } from "./call.ts";
import { servedFile } from "./served-file.ts";

/** What the service offers to browsers, and to those who write for them: nothing else is looked for. */
const offered: readonly string[] = [
  "fanfare.js",
  "fanfare.d.ts",
  "fanfare-inbox.js",
  "fanfare-inbox.d.ts",
  "fanfare-push.js",
  "fanfare-service-worker.js",
  "fanfare-service-worker.d.ts",
  "graph-notifications-library.js",
  "graph-notifications-library.mjs",
];

/** Not deployed: where they lie beside the scripts, on a laptop, browsers' developer tools are told of them and may read them. */
const mapOf = (name: string): string => `${name}.map`;
const isOffered = (name: string): boolean => offered.some((file) => name === file || name === mapOf(file));

type Uses = {
  /** What the scripts take as the service's address when the app names none. */
  readonly publicUrl: string;
  /** Where the files are. */
  readonly folder?: string;
};

/**
 * `GET /client/{file}`: the client library, for the pages and service workers of other origins. Browsers ask again after five minutes, so
 * that they soon have what an upgraded service brings: a service worker's own script they always ask for, but what it imports they take
 * from their cache like any other file (https://www.w3.org/TR/service-workers/#dom-serviceworkerupdateviacache-imports).
 */
export const clientFile = ({ publicUrl, folder = builtFolder("client") }: Uses): Operation =>
  servedFile(async (name) => {
    if (!isOffered(name)) return undefined;
    const [built, map] = await Promise.all([readBuilt(folder, name), readBuilt(folder, mapOf(name))]);
    if (built === undefined) return undefined;
    return {
      // With its quotes: an address may hold characters that end a string in a script.
      text: built.replaceAll(/(["'`])__FANFARE_BASE_URL__\1/g, () => JSON.stringify(publicUrl)),
      cacheControl: "public, max-age=300, must-revalidate",
      headers: {
        "Content-Type": typeOfBuilt(name),
        // Any site's page may load them; there is nothing of a user in them.
        "Cross-Origin-Resource-Policy": "cross-origin",
        ...(map !== undefined && { SourceMap: mapOf(name) }),
      },
    };
  });
