import { expect, test } from "vitest";
import type { Node } from "web-tree-sitter";
import config from "../../infra/bicepconfig.json" with { type: "json" };
import { apiVersions } from "./support/api-versions.ts";
import { bicepFiles, declaredOf, type BicepFile } from "./support/bicep-files.ts";
import { assignedTo, literalOf } from "./support/declared.ts";
import { deployedWhole } from "./support/deployments.ts";
import { allOf, parsedText } from "./support/parsed-bicep.ts";

const texts = (file: BicepFile): readonly string[] =>
  allOf(file.tree).flatMap(({ type, text }) => (type === "string_content" ? [text] : []));

/** `name:` in an object names a property, and nothing of the file. */
const isKey = (node: Node): boolean =>
  node.parent?.type === "object_property" && node.parent.firstNamedChild?.startIndex === node.startIndex;

test("a file that is broken is told by its line", () => {
  expect(() => parsedText("param a string\nresource b 'c@d' = {\n  name: \n}\n", "broken.bicep")).toThrow(
    /broken\.bicep:\d has a syntax error/,
  );
});

test("there are files to look at", () => {
  expect(bicepFiles.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["main.bicep", "modules/app.bicep", "modules/app-roles.bicep", "modules/alerts.bicep"]),
  );
});

test.each(bicepFiles)("$name describes every parameter", (file) => {
  const silent = declaredOf(file, "parameter").filter(({ decorators }) => !decorators.description?.[0]);
  expect(silent.map(({ name }) => name)).toEqual([]);
});

test.each(bicepFiles)("$name uses every parameter and variable, and every existing resource it names", (file) => {
  const used = allOf(file.tree).filter((node) => node.type === "identifier" && !isKey(node));
  const unused = file.declared.filter(
    ({ kind, name, node }) =>
      (kind === "parameter" ||
        kind === "variable" ||
        (kind === "resource" && /\bexisting\b/.test(node.text.split("{")[0] ?? ""))) &&
      used.filter(({ text }) => text === name.split("::").at(-1)).length < 2,
  );
  expect(unused.map(({ name }) => name)).toEqual([]);
});

test.each(bicepFiles)("$name has modules of this repository alone", (file) => {
  const paths = declaredOf(file, "module").map(({ node }) => literalOf(node));
  expect(paths.filter((path) => path.includes(":") || !path.endsWith(".bicep"))).toEqual([]);
});

test.each(bicepFiles)("$name says each secret's parameter is one, and gives it no value", (file) => {
  for (const { name, decorators, node } of declaredOf(file, "parameter")) {
    const isSecret = /(privateKey|secret|password|dataKeys|webhooks)$/i.test(name);
    expect([name, "secure" in decorators]).toEqual([name, isSecret]);
    if (isSecret && node.text.includes("=")) expect(assignedTo(node).text).toMatch(/^(''|\{\})$/);
  }
});

test.each(bicepFiles)("$name holds no key, no region and no address of one cloud", (file) => {
  const wrong = texts(file).filter(
    (text) =>
      /(core\.windows\.net|\.azure\.net|login\.microsoftonline|servicebus\.windows|azurewebsites|management\.azure)/i.test(
        text,
      ) ||
      /(AccountKey|SharedAccessKey|sig)=/i.test(text) ||
      /^(north|west|east|south|central|sweden|france|germany|uk|us)[a-z]*(europe|us|asia|central|north|south|east|west)\d?$/i.test(
        text,
      ) ||
      (text.match(/[\w+/=-]{32,}/g) ?? []).some((run) => !/^[A-Za-z_/-]+$/.test(run)),
  );
  const guids = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/; // roles have ids that are everybody's
  expect(wrong.filter((text) => !guids.test(text))).toEqual([]);
});

/** https://learn.microsoft.com/azure/azure-resource-manager/bicep/linter-rule-use-resource-id-functions: not of resources, though called so. */
const otherIds = ["clientId", "groupId", "principalId", "tenantId"];

test.each(bicepFiles)(
  "$name takes each id in a resource from what the linter lets it: no item of a loop or lambda",
  (file) => {
    const known = file.declared.map(({ name }) => name);
    const properties = declaredOf(file, "resource").flatMap(({ node }) =>
      allOf(node).filter(({ type }) => type === "object_property"),
    );
    const ofItems = properties.filter(({ namedChildren: [name, value] }) => {
      const isId = name !== undefined && /id$/i.test(name.text) && !otherIds.includes(name.text);
      return isId && value?.type === "identifier" && !known.includes(value.text);
    });
    expect(ofItems.map(({ text }) => text)).toEqual([]);
  },
);

test.each(bicepFiles)("$name puts no secret into an output", (file) => {
  const secure = declaredOf(file, "parameter").flatMap(({ name, decorators }) =>
    "secure" in decorators ? [name] : [],
  );
  for (const { name, node } of declaredOf(file, "output")) {
    const names = allOf(assignedTo(node)).map(({ text }) => text);
    expect(names.filter((one) => secure.includes(one) || /^(list\w+|ConnectionString|getSecret)$/.test(one))).toEqual(
      [],
    );
    expect(name).not.toMatch(/secret|password|key$|connectionString/i);
  }
});

test.each(bicepFiles)("$name asks no resource for its keys", (file) => {
  const calls = allOf(file.tree).filter(({ type }) => type === "call_expression");
  expect(
    calls.flatMap(({ firstNamedChild }) => /^(list\w*|getSecret)$/.exec(firstNamedChild?.text ?? "") ?? []),
  ).toEqual([]);
});

test("what would change can be said before: no name is known only when something else is deployed, but of what is named after a principal", () => {
  const [main] = bicepFiles.filter(({ name }) => name === "main.bicep");
  const late = (main ? declaredOf(main, "module") : []).flatMap((called) =>
    allOf(called.node).flatMap(({ type, firstNamedChild, text }) => {
      const name = firstNamedChild?.text ?? "";
      return type === "object_property" && /Names?$/.test(name) && text.includes(".outputs.")
        ? [`${called.name} ${name}`]
        : [];
    }),
  );
  // These name no resource: they are values that something has.
  const values = ["appSettings busHostName", "network busHostName", "alerts queueName"];
  // The rights' names have the identity's principal in them, which is known as late.
  const known = (one: string): boolean => one.endsWith(" queueNames");
  expect(late.filter((one) => !known(one) && !values.includes(one))).toEqual([]);
});

test("every resource is of a known type, in the version that was chosen for it, and none is left over", () => {
  const used = new Map(deployedWhole().resources.map(({ type, apiVersion }) => [type, apiVersion]));
  expect(Object.fromEntries([...used].sort())).toEqual(apiVersions);
});

test.each(bicepFiles)("$name names what exists already in the same version", (file) => {
  const versions = declaredOf(file, "resource").flatMap(({ node }) => {
    const [type = "", version] = literalOf(node).split("@");
    return version === undefined ? [] : [[type, version]];
  });
  expect(versions).toEqual(versions.map(([type = ""]) => [type, apiVersions[type]]));
});

test("whoever compiles the files is refused what the linter finds insecure", () => {
  const errors = Object.entries(config.analyzers.core.rules).flatMap(([name, { level }]) =>
    level === "error" ? [name] : [],
  );
  expect(errors).toEqual([
    "adminusername-should-not-be-literal",
    "outputs-should-not-contain-secrets",
    "protect-commandtoexecute-secrets",
    "secure-parameter-default",
    "secure-params-in-nested-deploy",
    "secure-secrets-in-params",
    "use-secure-value-for-secure-inputs",
    "no-hardcoded-env-urls",
    "no-hardcoded-location",
    "explicit-values-for-loc-params",
    "no-conflicting-metadata",
    "no-unused-params",
    "no-unused-vars",
    "no-unused-existing-resources",
    "no-unused-imports",
    "no-unnecessary-dependson",
    "no-loc-expr-outside-params",
    "use-stable-resource-identifiers",
    "use-stable-vm-image",
    "use-parent-property",
    "use-resource-id-functions",
    "use-resource-symbol-reference",
  ]);
  expect(config.analyzers.core.enabled).toBe(true);
});
