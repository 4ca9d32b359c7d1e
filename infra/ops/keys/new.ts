import { InvalidArgumentError, type Command } from "commander";
import webpush from "web-push";
import { systemClock } from "../../../shared/clock.ts";
import { dataKeysFrom, printDataKeys } from "../../../shared/data-keys.ts";
import { Failed } from "../failed.ts";
import type { Surroundings } from "../surroundings.ts";
import { newDataKey } from "./turned.ts";

const about = `
What it prints is a secret and stands nowhere else: it goes into the vault, and never into a file, a chat or a shell's history.

Examples:
  npm run ops -- keys new vapid
  npm run ops -- keys new data --id k2
  npm run -s ops -- keys new data --json | jq -r .settings.DATA_KEYS
`;

type Options = { readonly json?: true };

/** `keys new vapid|data`: fresh keys, as the settings take them. */
export const addNew = (keys: Command, use: Surroundings): void => {
  const group = keys
    .command("new")
    .description("make fresh keys and print them, with what is to be done next; nothing is written anywhere")
    .addHelpText("after", about);
  group
    .command("vapid")
    .description("a pair of keys for Web Push")
    .option("--json", "one JSON document")
    .addHelpText("after", about)
    .action((options: Options) => newVapid(use, options));
  group
    .command("data")
    .description("a key for what is encrypted in the tables")
    .option(
      "--id <id>",
      "its name, which is written beside what it seals; the day and something by chance by default",
      keyName,
    )
    .option("--json", "one JSON document")
    .addHelpText("after", about)
    .action((options: Options & { readonly id?: string }) => newData(use, options));
};

/** The name of a data key, as DATA_KEYS takes it. Throws what commander tells as wrong usage. */
export const keyName = (text: string): string => {
  if (!/^\w{1,32}$/.test(text)) throw new InvalidArgumentError("It is 1 to 32 letters, digits and underscores.");
  return text;
};

const newVapid = ({ output }: Surroundings, { json }: Options): void => {
  const { publicKey, privateKey } = webpush.generateVAPIDKeys();
  tell({ output }, json, { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey }, vapidSteps);
};

const newData = ({ output, env }: Surroundings, { json, id }: Options & { readonly id?: string }): void => {
  if (id !== undefined && env.DATA_KEYS && dataKeysFrom(env.DATA_KEYS)?.some((key) => key.id === id))
    throw new Failed(`DATA_KEYS has a key ${id} already: name this one otherwise with --id.`);
  tell({ output }, json, { DATA_KEYS: printDataKeys([newDataKey(systemClock.now(), id)]) }, dataSteps);
};

type Settings = Readonly<Record<string, string>>;

const tell = (
  { output }: Pick<Surroundings, "output">,
  json: true | undefined,
  settings: Settings,
  steps: readonly string[],
): void => {
  if (json) output.json({ settings, steps });
  else {
    const numbered = steps.map((step, index) => `${index + 1}. ${step}`);
    output.text(
      Object.entries(settings)
        .map(([name, value]) => `${name}=${value}`)
        .join("\n"),
    );
    output.note(["", ...numbered].join("\n"));
  }
};

const vapidSteps = [
  "For a first deployment these are the settings VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY (in the vault: vapid-private-key). No further step.",
  "To rotate: keep the private key as VAPID_PREVIOUS_PRIVATE_KEY (vapid-previous-private-key), set VAPID_PREVIOUS_PUBLIC_KEY to the new public key, " +
    "deploy, and wait until every instance has it.",
  "Change the two public keys for one another and deploy; the private keys stay where they are, for each public key finds its own.",
  "Browsers are asked to subscribe anew. Once keys vapid tells that nobody needs the previous key: keep the new private key as VAPID_PRIVATE_KEY, too, and " +
    "wait until every instance has it; then leave both previous settings empty, and deploy.",
];

const dataSteps = [
  "For a first deployment this is the setting DATA_KEYS (in the vault: data-keys). No further step.",
  "To rotate do not take this key: keys turn add makes one, and puts it behind the setting's value. Deploy, and wait until every instance has it: it " +
    "opens, and does not seal yet.",
  "keys turn front puts it in front; deploy: from now on it seals what is new. Every older key stays behind it.",
  "Run keys reseal with the same DATA_KEYS: what older keys sealed is sealed anew.",
  "31 days after the third step, once keys data names an older key as one that may be removed, take it out with keys turn drop. Delta tokens last so long.",
];
