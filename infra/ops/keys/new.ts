import { randomBytes } from "node:crypto";
import { InvalidArgumentError, type Command } from "commander";
import webpush from "web-push";
import { systemClock } from "../../../shared/clock.ts";
import { dataKeysFrom } from "../../../shared/data-keys.ts";
import { Failed } from "../failed.ts";
import type { Surroundings } from "../surroundings.ts";

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
    .option("--id <id>", "its name, which is written beside what it seals; today's date by default", keyName)
    .option("--json", "one JSON document")
    .addHelpText("after", about)
    .action((options: Options & { readonly id?: string }) => newData(use, options));
};

const keyName = (text: string): string => {
  if (!/^\w{1,32}$/.test(text)) throw new InvalidArgumentError("It is 1 to 32 letters, digits and underscores.");
  return text;
};

const newVapid = ({ output }: Surroundings, { json }: Options): void => {
  const { publicKey, privateKey } = webpush.generateVAPIDKeys();
  tell({ output }, json, { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey }, vapidSteps);
};

const newData = (
  { output, env }: Surroundings,
  { json, id = `k${today()}` }: Options & { readonly id?: string },
): void => {
  if (env.DATA_KEYS && dataKeysFrom(env.DATA_KEYS)?.some((key) => key.id === id))
    throw new Failed(`DATA_KEYS has a key ${id} already: name this one otherwise with --id.`);
  tell({ output }, json, { DATA_KEYS: `${id}:${randomBytes(32).toString("base64")}` }, dataSteps);
};

/** 20261122: as an id it may hold no hyphen. */
const today = (): string => new Date(systemClock.now()).toISOString().slice(0, 10).replaceAll("-", "");

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
  "To rotate: set this pair as VAPID_PREVIOUS_PUBLIC_KEY and VAPID_PREVIOUS_PRIVATE_KEY (vapid-previous-private-key), deploy, and wait until every " +
    "instance has it.",
  "Swap the two: this pair becomes VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY, and the one there was VAPID_PREVIOUS_PUBLIC_KEY and " +
    "VAPID_PREVIOUS_PRIVATE_KEY. Deploy.",
  "Browsers are asked to subscribe anew. Once keys vapid tells that nobody needs the previous pair, remove it.",
];

const dataSteps = [
  "For a first deployment this is the setting DATA_KEYS (in the vault: data-keys). No further step.",
  "To rotate: append it to the setting's value, behind a comma, deploy, and wait until every instance has it: it opens, and does not seal yet.",
  "Move it to the front of the value and deploy: from now on it seals what is new. Every older key stays behind it.",
  "Run keys reseal with the same DATA_KEYS: what older keys sealed is sealed anew.",
  "31 days after the third step, once keys data names an older key as one that may be removed, take it out of the value. Delta tokens last so long.",
];
