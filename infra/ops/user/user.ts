import { InvalidArgumentError, type Command } from "commander";
import { hostNameOf } from "../apps/app-options.ts";
import type { Surroundings } from "../surroundings.ts";
import { erase, type EraseOptions } from "./erase.ts";
import { exportPerson, type ExportOptions } from "./export.ts";
import { idOf } from "./person.ts";

const about = `
A person is known by the tenant's id and the object id in it, as tokens name them; names change hands. To find them:
  az ad user show --id ada@contoso.com --query id --output tsv
  az account show --query tenantId --output tsv

Looked at are the feeds of all apps that are registered, of those that "apps remove" took away, and of whichever the person is subscribed to.
The feed of an app that was removed in another way, where nobody's subscription tells its host name any more, is found by naming it with
--app; left alone it ends within 30 days. The store goes through the tables unsids and expiries, and the queue is looked at whole.

Not held here, so neither exported nor erased: what apps and devices keep, what telemetry tells (ids of notifications, never of persons),
backups, and the operators' own entries in the audit.

Examples:
  npm run ops -- user export 5b1c… --tenant 9f2e… --out ada.json
  npm run ops -- user erase 5b1c… --tenant 9f2e… --dry-run
  npm run ops -- user erase 5b1c… --tenant 9f2e…
  npm run -s ops -- user erase 5b1c… --tenant 9f2e… --yes --json
`;

/** `user export|erase`. */
export const addUser = (program: Command, use: Surroundings): void => {
  const group = program
    .command("user")
    .description("everything about one person: hand it over, or remove it")
    .addHelpText("after", about);
  const command = (verb: string, description: string): Command =>
    group
      .command(verb)
      .description(description)
      .argument("<objectId>", "the person's object id in their tenant", idOf)
      .requiredOption("--tenant <id>", "the tenant's id", oneTenant)
      .option("--app <hostName>", "of this app only; may be given several times", severalHostNames)
      .addHelpText("after", about);

  command("export", "tell everything about a person in one JSON document, contents included")
    .option("--out <file>", "write it to this new file, which its owner alone may read, instead of stdout")
    .action((objectId: string, { tenant, ...options }: ExportOptions & { readonly tenant: string }) =>
      exportPerson(use, { tenantId: tenant, objectId }, options),
    );
  command(
    "erase",
    "remove everything about a person; asks before it does, and looks afterwards whether anything is left",
  )
    .option("--settle <seconds>", "wait so long between passes, for what is under way", seconds, 10)
    .option("--dry-run", "tell what there is, and remove nothing")
    .option("--yes", "do not ask")
    .option("--json", "answer in one JSON document")
    .action((objectId: string, { tenant, ...options }: EraseOptions & { readonly tenant: string }) =>
      erase(use, { tenantId: tenant, objectId }, options),
    );
};

/** Of two the last would win, and the person be another. */
const oneTenant = (text: string, before: string | undefined): string => {
  if (before !== undefined) throw new InvalidArgumentError("It is given twice.");
  return idOf(text);
};

const severalHostNames = (text: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  hostNameOf(text),
];

const seconds = (text: string): number => {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError("It is a whole number of seconds.");
  return Number(text);
};
