// What the app loads when it needs it, and many starts never do, is a file of its own beside the bundle: Node reads and compiles a file
// whole before anything in it runs, also what nobody asks for.

/** The file's name, what it begins with, and the import of the app that loads it. */
const parts = [
  { name: "telemetry", entryPoint: "functions/telemetry/started.ts", imported: /\/started\.ts$/ },
  { name: "openapi", entryPoint: "functions/api/openapi/document.ts", imported: /\/openapi\/document\.ts$/ },
  { name: "identity", entryPoint: "@azure/identity", imported: /^@azure\/identity$/ },
];

/** The compiler's entry points for these files. */
export const partsApart = Object.fromEntries(parts.map(({ name, entryPoint }) => [name, entryPoint]));

/** An esbuild plugin: a part that is imported while the app runs is the file beside it. */
export const apart = {
  name: "apart",
  setup: ({ onResolve }) => {
    for (const { name, imported } of parts)
      onResolve({ filter: imported }, ({ kind }) =>
        kind === "dynamic-import" ? { path: `./${name}.cjs`, external: true } : undefined,
      );
  },
};
