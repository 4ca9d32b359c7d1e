// Builds everything that runs: the app as one CommonJS file (what Azure gets), what it offers to browsers, and the
// programs of a developer's machine as ES modules.
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { apart, partsApart } from "./build/apart.mjs";
import { browserJobs, pageFiles } from "./build/client.mjs";
import { declarations } from "./build/declarations.mjs";
import { existing, replace, root } from "./build/files.mjs";
import { ownPositions } from "./build/own-positions.mjs";
import { packageFiles, removeAllBut } from "./build/package.mjs";
import { partOfUndici } from "./build/part-of-undici.mjs";
import { isPiece, removeOldPieces, stillUsed } from "./build/pieces.mjs";

const require = createRequire(import.meta.url);
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20.19",
  write: false,
  sourcemap: true,
  logLevel: "warning",
};

/** What `functions/build.ts` says: https://docs.github.com/actions/reference/workflows-and-actions/variables tells of the commit. */
export const buildOf = ({ GITHUB_SHA: commit = "" }) => ({
  version: require("../package.json").version,
  ...(/^[\da-f]{40}$/.test(commit) && { commit }),
});

/** A deployable app. `@azure/functions-core` exists only inside the Functions worker, which intercepts its `require`. */
const app = (entryPoints, outdir) => ({
  ...common,
  entryPoints,
  outdir,
  outExtension: { ".js": ".cjs" },
  format: "cjs",
  // Packages' ES modules where they have some: what is not used of them is left out, and none is there a second time for whoever requires it.
  mainFields: ["module", "main"],
  // A file apart is required: an import would wait for Node's loader of ES modules, which reads the file twice to find what it exports.
  supported: { "dynamic-import": false },
  minifySyntax: true,
  minifyWhitespace: true,
  // debug colours its lines if supports-color happens to be installed, and does without where it is not; here only development has it.
  external: ["@azure/functions-core", "supports-color"],
  plugins: [apart, partOfUndici, ownPositions],
  define: {
    "import.meta.dirname": "__dirname", // CommonJS has the one and not the other
    FANFARE_BUILD: JSON.stringify(buildOf(process.env)),
  },
});

/**
 * Programs of a developer's machine: packages stay in node_modules, only our sources are bundled. In pieces: a bench whose children's start
 * is timed must not load what the other benches need.
 */
const programs = (outdir, entryPoints) => ({
  ...common,
  entryPoints,
  outdir: join(root, outdir),
  outExtension: { ".js": ".mjs" },
  format: "esm",
  splitting: true,
  packages: "external",
});

/**
 * Programs that are started again and again come with their packages: to find and read those in hundreds of files is most of a start.
 * The names of pieces tell their contents, so who was started before another build finds its own.
 */
const bundledPrograms = (outdir, entryPoints) => ({
  ...programs(outdir, entryPoints),
  packages: "bundle",
  chunkNames: "pieces/[name]-[hash]",
  mainFields: ["module", "main"],
  minifySyntax: true,
  minifyWhitespace: true,
  // classic-level is compiled for each machine, oidc-provider goes by the names of its classes; the Azure login and colours are hardly ever used.
  external: ["classic-level", "oidc-provider", "azurite", "@azure/identity", "supports-color"],
  plugins: [ownPositions],
  // CommonJS packages require what Node brings along.
  banner: { js: 'import { createRequire as r } from "node:module"; const require = r(import.meta.url);' },
});

/** `infra/local/<part>/main.ts` becomes `dist/local/<part>.mjs`: a new part needs no line here. Beside the parts, those who start and those who operate them. */
const programEntries = async () => {
  const folders = await readdir(join(root, "infra/local"), { withFileTypes: true });
  const names = folders.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const candidates = names.map((name) => [`local/${name}`, join("infra/local", name, "main.ts")]);
  return existing([...candidates, ["local/start", "infra/local/start.ts"], ["ops/main", "infra/ops/main.ts"]]);
};

/** What the page `/docs` loads, beside the bundle: from the package as it is, so that the page asks nobody else. */
const docs = async () => {
  const folder = dirname(require.resolve("swagger-ui-dist/package.json"));
  return Promise.all(
    ["swagger-ui-bundle.js", "swagger-ui.css", "LICENSE", "NOTICE"].map(async (name) => ({
      path: join(root, "dist/docs", name),
      contents: await readFile(join(folder, name)),
    })),
  );
};

/** Builds all programs. Throws, after esbuild's own explanation, when a source does not compile. */
export const buildAll = async () => {
  const tools = await Promise.all(
    ["test/bench", "test/chaos", "test/simulation"].map(async (folder) => {
      const entries = await existing([["main", join(folder, "main.ts")]]);
      return programs(join("dist", basename(folder)), entries);
    }),
  );
  const jobs = [
    app({ main: "functions/index.ts", ...partsApart }, join(root, "dist")),
    bundledPrograms("dist", await programEntries()),
    ...tools,
    ...(await browserJobs()),
  ];
  const declared = declarations();
  const results = await Promise.all(
    jobs.filter((job) => Object.keys(job.entryPoints).length > 0).map((job) => build(job)),
  );
  const files = [
    ...results.flatMap((result) => result.outputFiles),
    ...(await docs()),
    ...(await pageFiles()),
    ...(await declared),
  ];
  const deployed = await packageFiles(files);
  await write([...files, ...deployed]);
  await removeAllBut(deployed);
  await removeOldPieces(
    join(root, "dist"),
    files.map(({ path }) => path),
  );
  return files.map((file) => relative(root, file.path));
};

/** A stack that runs meanwhile may start a part at any moment: its pieces are there before the file that names them. */
const write = async (files) => {
  const pieces = files.filter(({ path }) => isPiece(path));
  await Promise.all(pieces.map(replace));
  await stillUsed(pieces.map(({ path }) => path));
  await Promise.all(files.filter(({ path }) => !isPiece(path)).map(replace));
};

/** Programs that need nothing of the others, and are built alone by their name: whoever types a command waits for no more than that. */
const alone = {
  ops: () => bundledPrograms("dist", { "ops/main": join(root, "infra/ops/main.ts") }),
  simulation: () => programs("dist/simulation", { main: join(root, "test/simulation/main.ts") }),
};

const buildAlone = async (name) => {
  if (!Object.hasOwn(alone, name)) {
    throw new Error(
      `Nothing is built alone by the name "${name}", but ${Object.keys(alone).join(", ")}. Without a name all is built.`,
    );
  }
  const { outputFiles } = await build(alone[name]());
  await write(outputFiles);
};

/** Builds another app in the same way, for whoever tests what runs apps. Its entry point becomes `<outdir>/main.cjs`. */
export const buildApp = async (entryPoint, outdir) => {
  const { outputFiles } = await build(app({ main: entryPoint }, outdir));
  await Promise.all(outputFiles.map(replace));
};

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , name] = process.argv;
  await (name === undefined ? buildAll() : buildAlone(name)).catch((error) => {
    if (!Array.isArray(error.errors)) console.error(error);
    process.exitCode = 1;
  });
}
