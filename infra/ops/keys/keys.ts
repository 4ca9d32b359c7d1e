import type { Command } from "commander";
import type { Surroundings } from "../surroundings.ts";
import { addData } from "./data.ts";
import { addNew } from "./new.ts";
import { addReseal } from "./reseal.ts";
import { addTurn } from "./turn.ts";
import { addVapid } from "./vapid.ts";

const about = `
Examples:
  npm run ops -- keys new data
  npm run ops -- keys data
  secret data-keys | npm run -s ops -- keys turn add | keep data-keys
  npm run ops -- keys reseal
  npm run ops -- keys new vapid
  npm run ops -- keys vapid
`;

/** `keys new|data|turn|ids|reseal|vapid`: the service's own keys, and how far a rotation is. */
export const addKeys = (program: Command, use: Surroundings): void => {
  const group = program
    .command("keys")
    .description("the service's own keys: make them, rotate them, see how far a rotation is")
    .addHelpText("after", about);
  addNew(group, use);
  addData(group, use);
  addTurn(group, use);
  addReseal(group, use);
  addVapid(group, use);
};
