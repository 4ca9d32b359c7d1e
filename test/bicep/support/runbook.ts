import { readFileSync } from "node:fs";

/** An alert's entry in the runbook. */
export type Entry = {
  readonly name: string;
  readonly isPage: boolean;
  readonly text: string;
  /** The lines of its code, a command each. */
  readonly commands: readonly string[];
};

/** The entries of infra/alerts.md: the headings of the third level below "Pages" and "Tickets". */
export const entries = (): readonly Entry[] =>
  readFileSync("infra/alerts.md", "utf8")
    .split(/^## /m)
    .filter((section) => /^(Pages|Tickets)\n/.test(section))
    .flatMap((section) =>
      section
        .split(/^### /m)
        .slice(1)
        .map((entry) => entryOf(entry, section.startsWith("Pages"))),
    );

const entryOf = (entry: string, isPage: boolean): Entry => {
  const [name = "", ...lines] = entry.split("\n");
  const text = lines.join("\n");
  const [, code = ""] = /```sh\n([^]*?)```/.exec(text) ?? [];
  return { name, isPage, text, commands: code.trim().split("\n") };
};
