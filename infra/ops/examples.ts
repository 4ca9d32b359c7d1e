import type { Command } from "commander";

/** Shows with each command of a group those examples of the group's own help that call it. To be called when all of its commands are there. */
export const addExamplesOf = (group: Command, help: string): void => {
  for (const command of group.commands) {
    const call = ` -- ${group.name()} ${command.name()}`;
    const lines = help.split("\n").filter((line) => `${line} `.includes(`${call} `));
    if (lines.length > 0)
      command.addHelpText("after", `\nExample${lines.length > 1 ? "s" : ""}:\n${lines.join("\n")}\n`);
  }
};
