import type { Command } from "commander";
import type { Surroundings } from "./surroundings.ts";

export const addDeadLetters = (program: Command, _use: Surroundings): void => {
  program.command("dead-letters").description("messages that could not be processed");
};
