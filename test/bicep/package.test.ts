import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { join, relative, sep } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { readConfig } from "../../functions/config.ts";
import host from "../../host.json" with { type: "json" };
import manifest from "../../package.json" with { type: "json" };
import locked from "../../package-lock.json" with { type: "json" };
import { deployedWhole, ofType, settingsOf } from "./support/deployments.ts";
import { recordOf } from "./support/evaluated-module.ts";
import { resolvedSettings } from "./support/resolved-settings.ts";

const folder = "dist/package";
/** The app, and what it loads when it needs it. */
const scripts = ["main.cjs", "identity.cjs", "openapi.cjs", "telemetry.cjs"];
const namesIn = async (place: string): Promise<readonly string[]> =>
  (await readdir(place, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(place, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
    .sort();

test("what is deployed is the app, what it loads later, the host's settings, and what it offers to browsers; nothing else", async () => {
  const found = await namesIn(folder);
  expect(found.filter((name) => !name.startsWith("client/"))).toEqual([
    "docs/LICENSE",
    "docs/NOTICE",
    "docs/swagger-ui-bundle.js",
    "docs/swagger-ui.css",
    "host.json",
    "identity.cjs",
    "main.cjs",
    "openapi.cjs",
    "package.json",
    "telemetry.cjs",
  ]);
  const forBrowsers = (await namesIn("dist/client")).filter((name) => !name.endsWith(".map"));
  expect(forBrowsers).toContain("fanfare.js");
  expect(found.filter((name) => name.startsWith("client/"))).toEqual(forBrowsers.map((name) => `client/${name}`));
});

test("its host.json is the repository's; its package.json has an entry point that is there, and nothing to install", async () => {
  expect(await readFile(join(folder, "host.json"), "utf8")).toBe(await readFile("host.json", "utf8"));
  const deployed: unknown = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const { name, version, license } = manifest;
  expect(deployed).toEqual({ name, version, license, private: true, main: "main.cjs" });
});

test.each(scripts)("%s asks for no package but the one that the worker supplies", async (name) => {
  const text = await readFile(join(folder, name), "utf8");
  const asked = [...text.matchAll(/\b(?:require|import)\("(?!node:)([^"./][^"]*)"\)/g)].map(([, one = ""]) => one);
  const others = asked.filter((one) => !builtinModules.includes(one));
  // Without supports-color, which debug asks for, it does as well.
  expect(others.filter((one) => one !== "supports-color")).toEqual(
    name === "main.cjs" ? ["@azure/functions-core"] : [],
  );
});

test("the host is told all that it is to do, each of which something of the app rests on", () => {
  const told = { default: "Warning" }; // the host's own chatter would be most of what is paid for
  const names = [...readFileSync("functions/index.ts", "utf8").matchAll(/\bapp\.(?!setup)\w+\("([^"]+)"/g)];
  const longest = "00:05:00";
  expect(host).toEqual({
    version: "2.0",
    telemetryMode: "OpenTelemetry", // else the host heeds neither OTEL_TRACES_SAMPLER nor a collector
    // The app's events are lines at Information, which the default would drop.
    logging: {
      logLevel: { ...told, ...Object.fromEntries(names.map(([, name]) => [`Function.${name}.User`, "Information"])) },
    },
    functionTimeout: longest,
    extensions: {
      http: { routePrefix: "" }, // paths are Microsoft Graph's
      serviceBus: {
        prefetchCount: 0, // a message that waits in memory loses its lock
        autoCompleteMessages: true, // what throws comes again
        maxConcurrentCalls: readConfig(resolvedSettings(settingsOf(deployedWhole()))).messagesInHand,
        maxAutoLockRenewalDuration: longest, // as long as a run may last
      },
    },
    extensionBundle: { id: "Microsoft.Azure.Functions.ExtensionBundle", version: "[4.*, 5.0.0)" },
  });
  expect(names.length).toBeGreaterThan(3);
});

/** npm notes of each installed package whether only development needs it. */
const lock = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) }).parse(locked);
const sourcesSchema = z.object({ sources: z.array(z.string()) });

test.each(scripts)(
  "%s is made of the app's own sources and of packages it depends on: none for development only, no test, no infra",
  async (name) => {
    const { sources } = sourcesSchema.parse(JSON.parse(await readFile(`dist/${name}.map`, "utf8")));
    // Packages that were bundled by their makers bring names of their own along.
    const own = sources.filter((source) => source.startsWith("../") && !source.includes("node_modules/"));
    expect(own.length > 0).toBe(name !== "identity.cjs"); // which is a package as it comes
    expect(own.filter((source) => !/^\.\.\/(functions|shared)\//.test(source))).toEqual([]);
    const places = sources.map((source) => /(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? "");
    const forDevelopment = (place: string): boolean => lock.packages[place]?.dev === true;
    expect(new Set(places.filter(forDevelopment))).toEqual(new Set());
  },
);

const azdSchema = z.object({
  services: z.record(
    z.string(),
    z.object({ hooks: z.record(z.string(), z.record(z.string(), z.object({ run: z.string() }))) }),
  ),
});

test("azd takes the packages as they are locked, also where it only deploys, and finds the app by its tag", async () => {
  const { services } = azdSchema.parse(parse(await readFile("azure.yaml", "utf8")));
  // Hooks of the project run with azd's command of that name only, those of a service whenever azd comes by.
  expect(Object.entries(services.api?.hooks.prerestore ?? {}).map(([on, { run }]) => [on, run])).toEqual([
    ["posix", "npm ci"],
    ["windows", "npm ci"],
  ]);
  const [app] = ofType(deployedWhole(), "Microsoft.Web/sites");
  expect(Object.keys(services)).toEqual([recordOf(app?.body.tags)["azd-service-name"]]);
});

test("azd deploys that folder, and installs and builds nothing over there", async () => {
  const azureYaml = await readFile("azure.yaml", "utf8");
  expect(azureYaml).toContain(`dist: ${folder}\n`);
  expect(azureYaml).toContain("remoteBuild: false\n");
  // Beside one that names node_modules azd would refuse to: https://github.com/Azure/azure-dev/pull/7223
  expect(await readdir(".")).not.toContain(".funcignore");
});
