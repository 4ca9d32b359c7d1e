import type { Command } from "commander";
import type { Surroundings } from "../surroundings.ts";
import { changeApp, type ChangeOptions } from "./change-app.ts";
import { editByFile, editByOptions, type CredentialEdits, type Edit, type ListEdits } from "./edit.ts";
import { listNames, lists, type ListName } from "./fields.ts";
import { credentialsCleared, credentialsSet, hostNameOf, severalIds } from "./app-options.ts";

type Options = ChangeOptions & {
  readonly file?: string;
  readonly credential?: CredentialEdits;
  readonly clearCredential?: CredentialEdits;
} & Readonly<Record<string, unknown>>;

/** `apps set`: registers an app, or changes what was said of it and nothing else. */
export const addSetting = (group: Command, use: Surroundings): void => {
  const command = group
    .command("set")
    .description("register an app, or change its registration: what is not named stays as it is")
    .argument("<hostName>", "its host name, as callers give it in targetHostName", hostNameOf);
  for (const { flag, value, what } of Object.values(lists)) {
    command
      .option(`--${flag} <${value}>`, `add ${what}`, severalIds)
      .option(`--remove-${flag} <${value}>`, "take it away", severalIds)
      .option(`--clear-${flag}s`, "take all away, before others are added");
  }
  command
    .option("--credential <channel=name>", "push by that credential of the app's settings", credentialsSet)
    .option("--clear-credential <channel>", "push by the credential named default", credentialsCleared)
    .option("--file <path>", "take the fields from a JSON file instead (- is stdin), such as apps show --json prints");
  withChangeOptions(command).action(async (hostName: string, options: Options) => {
    const edit = await editOf(hostName, options, command);
    await changeApp(use, { act: "apps set", hostName, edit, options, mayCreate: true });
  });
};

/** What every command has that changes something. */
export const withChangeOptions = (command: Command): Command =>
  command
    .option("--yes", "do not ask")
    .option("--dry-run", "tell what would change, and write nothing")
    .option("--json", "one JSON document; what is told to people goes to stderr");

const editOf = async (hostName: string, options: Options, command: Command): Promise<Edit> => {
  const edits: ListEdits = Object.fromEntries(listNames.map((name) => [name, listEditOf(name, options)]));
  const credentials = { ...options.clearCredential, ...options.credential };
  const isEmpty =
    Object.values(edits).every(({ add, remove, clear }) => !add && !remove && !clear) &&
    Object.keys(credentials).length === 0;
  if (isEmpty === (options.file === undefined))
    command.error("error: say what to set, by options such as --sender and --client, or by --file");
  return options.file === undefined ? editByOptions(edits, credentials) : editByFile(options.file, hostName);
};

const listEditOf = (name: ListName, options: Options) => {
  const word = camelCased(lists[name].flag);
  const upper = word.charAt(0).toUpperCase() + word.slice(1);
  return {
    add: textsIn(options[word]),
    remove: textsIn(options[`remove${upper}`]),
    clear: options[`clear${upper}s`] === true,
  };
};

/** As commander calls an option's value. */
const camelCased = (flag: string): string => flag.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

const textsIn = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) ? value.map(String) : undefined;
