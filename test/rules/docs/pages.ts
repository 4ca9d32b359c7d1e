import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** A page of the documentation, taken apart. */
export type Page = {
  /** From the repository's root on. */
  readonly path: string;
  readonly text: string;
  /** Fenced code, by language. */
  readonly blocks: readonly { readonly language: string; readonly text: string }[];
  /** What stands in `code` in a line of prose. */
  readonly code: readonly string[];
  readonly links: readonly string[];
  /** What `#…` may say of this page, as GitHub makes it of the headings. */
  readonly anchors: ReadonlySet<string>;
};

const notOurs = new Set(["node_modules", "dist", ".git", ".local"]);

const pathsBelow = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return pathsBelow(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });

const blockPattern = /^( *)```(\w*)\n([^]*?)^\1```$/gm;

const pageOf = (path: string): Page => {
  const text = readFileSync(join(root, path), "utf8");
  const prose = text.replaceAll(blockPattern, "");
  return {
    path,
    text,
    blocks: [...text.matchAll(blockPattern)].map(([, , language = "", block = ""]) => ({ language, text: block })),
    code: [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code),
    links: [...prose.replaceAll(/`[^`\n]+`/g, "code").matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link),
    anchors: anchorsIn(prose),
  };
};

/** https://github.com/gjtorikian/html-pipeline: letters, digits, `_` and `-` stay, spaces become `-`, what is there already is numbered. */
const anchorsIn = (prose: string): ReadonlySet<string> => {
  const anchors = new Set<string>();
  for (const [, heading = ""] of prose.matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const plain = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}_\- ]/gu, "");
    const anchor = plain.replaceAll(" ", "-");
    let number = 0;
    while (anchors.has(number === 0 ? anchor : `${anchor}-${number}`)) number += 1;
    anchors.add(number === 0 ? anchor : `${anchor}-${number}`);
  }
  return anchors;
};

export const pages: readonly Page[] = pathsBelow("").map(pageOf);

/** What operators read. */
export const operatorsPages = pages.filter(({ path }) => path === "README.md" || /^infra\/[^/]+\.md$/.test(path));

/** Where a link of a page leads: a path from the root on, and what follows `#`. */
export const targetOf = (page: Page, link: string): { readonly path: string; readonly anchor: string | undefined } => {
  const [path = "", anchor] = decodeURI(link).split("#");
  const from = path === "" ? page.path : relative(root, resolve(root, dirname(page.path), path));
  return { path: from, anchor };
};
