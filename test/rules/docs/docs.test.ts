import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { operatorsPages, pages, root, targetOf, type Page } from "./pages.ts";
import { commandNames, quotedOps, refusalsIn } from "./quoted-ops.ts";
import { sources } from "./sources.ts";

test("there are pages to look at", () => {
  expect(operatorsPages.map(({ path }) => path)).toEqual(
    expect.arrayContaining(["README.md", "infra/README.md", "infra/alerts.md", "infra/migration.md"]),
  );
});

test.each(pages)("every link of $path leads to a file and a heading that are there", (page) => {
  const broken = page.links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const { path, anchor } = targetOf(page, link);
      if (!existsSync(join(root, path))) return true;
      return anchor !== undefined && !pages.find((one) => one.path === path)?.anchors.has(anchor);
    });
  expect(broken).toEqual([]);
});

describe("commands that are quoted", () => {
  test("the reader of a page finds what a shell would run", () => {
    const text =
      '```sh\nnpm run -s ops -- apps set a.b --sender "$ID" | jq . # so\n```\nor `npm run ops -- explain <notification id>`, `npm run ops -- …`, `npm run ops -- apps set`';
    expect(quotedOps(text)).toEqual([
      { args: ["apps", "set", "a.b", "--sender", "$ID"], isNamed: false },
      { args: ["explain", "<notification id>"], isNamed: true },
      { args: ["apps", "set"], isNamed: true },
    ]);
  });

  test.each([
    ["an option that is not there", "queue --watchful"],
    ["a command that is not there", "que"],
    ["a command of a group that is not there", "apps lst"],
    ["an argument too few", "explain"],
    ["a value that is none", "dead-letters show first"],
  ])("%s is found", async (_, line) => {
    expect(await refusalsIn(`npm run ops -- ${line}`)).toEqual([expect.stringContaining("error")]);
  });

  test.each(operatorsPages)("every operator's command that $path quotes is one the program takes", async ({ text }) => {
    expect(await refusalsIn(text)).toEqual([]);
  });

  test("are all there are", () => {
    const quoted = new Set(operatorsPages.flatMap(({ text }) => quotedOps(text).map(({ args }) => args[0])));
    expect(commandNames.filter((name) => !quoted.has(name))).toEqual([]);
  });
});

test.each(operatorsPages)("a shell understands each block of $path", ({ blocks }) => {
  for (const { language, text } of blocks) {
    if (["sh", "bash"].includes(language))
      execFileSync("bash", ["-n"], { input: text.replaceAll(/<[a-zA-Z][^<>\n]*>/g, "READERS") });
  }
});

test.each(operatorsPages)("every path that $path names is there", ({ text }) => {
  const named = [...text.matchAll(/(?<![\w/.$-])((?:infra|shared|functions|test|\.github)\/[\w./-]*[\w/])/g)];
  const missing = named.map(([, path = ""]) => path).filter((path) => !isThere(path));
  expect(missing).toEqual([]);
});

/** What a reader makes. */
const readersOwn = ["infra/production.bicepparam"];
const isThere = (path: string): boolean => readersOwn.includes(path) || existsSync(join(root, path));

test.each(operatorsPages)(
  "every name of ours that $path gives, a setting, parameter, output, alert or metric, stands in the sources",
  (page) => {
    const known = new Set([...sources, ...alerts, ...assigned(page)]);
    const unknown = page.code.filter((name) => isOurs(name) && !known.has(name.replace(/…$/, "")));
    expect(unknown).toEqual([]);
  },
);

/** Some are put together in Bicep, so they are known by their entries, which test/bicep holds against it. */
const alerts = operatorsPages.find(({ path }) => path === "infra/alerts.md")?.anchors ?? new Set();

/** Variables of the reader's shell. */
const assigned = ({ blocks }: Page): readonly string[] =>
  blocks.flatMap(({ text }) => [...text.matchAll(/\b(\w+)=/g)].map(([, name = ""]) => name));

/** By its form: SETTING_NAME, camelCase, alert-name, fanfare.metric. */
const isOurs = (name: string): boolean =>
  /^([A-Z][A-Z0-9]*(_+[A-Za-z0-9]+)+|[a-z]+([A-Z][a-z0-9]*)+|[a-z]+(-[a-z]+)+|fanfare\.[a-z_.]+)$/.test(name);
