// What runs in browsers: the files the service offers at /client, and the local stack's own page, which uses those.
import { readFile, readdir } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import { existing, root } from "./files.mjs";
import { minifiedTwice } from "./minified-twice.mjs";

const rooms = { client: "shared/client", page: "infra/local/inbox/page" };

/**
 * Modules that are files of their own at /client: whoever imports them loads that file. Their names are fixed: a page that is open while
 * the service is upgraded finds what it loads later, which under a name with a hash would be gone.
 */
const servedModules = {
  "fanfare.js": join(root, rooms.client, "fanfare.ts"),
  "fanfare-push.js": join(root, rooms.client, "push.ts"),
  "fanfare-inbox.js": join(root, rooms.client, "inbox/fanfare-inbox.ts"),
};

/** For a browser a Node module is an import that cannot be resolved: it fails the build. */
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "browser",
  target: "es2022",
  write: false,
  minify: true,
  // Named in a header where it is served, not in the file: on Azure, where it is not, no browser is sent looking for it.
  sourcemap: "external",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  plugins: [minifiedTwice],
};

/** Leaves imports of these served modules to the browser, as addresses below `address`. */
const fromService = (address, names) => ({
  name: "served modules",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\./ }, ({ kind, path, importer }) => {
      if (kind === "entry-point") return undefined;
      const name = names.find((one) => servedModules[one] === resolve(dirname(importer), path));
      return name === undefined ? undefined : { path: address + name, external: true };
    }),
});

const module = (outdir, entryPoints, plugins = [], extension = ".js") => ({
  ...common,
  entryPoints,
  outdir: join(root, outdir),
  outExtension: { ".js": extension },
  format: "esm",
  plugins: [...plugins, ...common.plugins],
});

/** For `<script>` and `importScripts`, which know no modules; what it exports becomes the members of one global. */
const classicScript = (outdir, entryPoints, globalName) => ({
  ...common,
  entryPoints,
  outdir: join(root, outdir),
  format: "iife",
  ...(globalName !== undefined && { globalName }),
});

/** The compiler's jobs for all browser code there is. */
export const browserJobs = async () => {
  const one = (name, path) => existing([[name, path]]);
  const compatibility = await one(
    "graph-notifications-library",
    join(rooms.client, "compatibility/graph-notifications-library.ts"),
  );
  const worker = await one("fanfare-service-worker", join(rooms.client, "fanfare-service-worker.ts"));
  const push = await one("fanfare-push", join(rooms.client, "push.ts"));
  const inbox = await one("fanfare-inbox", join(rooms.client, "inbox/fanfare-inbox.ts"));
  return [
    module("dist/client", await one("fanfare", join(rooms.client, "fanfare.ts")), [
      fromService("./", ["fanfare-push.js"]),
    ]),
    module("dist/client", push),
    classicScript("dist/client", worker, "fanfare"),
    classicScript("dist/client", compatibility, "userNotificationsClient"),
    module("dist/client", compatibility, [], ".mjs"),
    module("dist/client", inbox, [fromService("./", ["fanfare.js"])]),
    module("dist/local/inbox", await one("main", join(rooms.page, "main.ts")), [
      fromService("/client/", ["fanfare.js", "fanfare-inbox.js"]),
    ]),
    classicScript("dist/local/inbox", await one("service-worker", join(rooms.page, "service-worker.ts"))),
  ];
};

const asTheyAre = [".html", ".css", ".svg", ".webmanifest"];

/** The parts of the local page that are not compiled. */
export const pageFiles = async () => {
  const names = await readdir(join(root, rooms.page));
  return Promise.all(
    names
      .filter((name) => asTheyAre.includes(extname(name)))
      .map(async (name) => ({
        path: join(root, "dist/local/inbox", name),
        contents: await readFile(join(root, rooms.page, name)),
      })),
  );
};
