import { InvalidArgumentError, type Command } from "commander";
import { exitCodes, Failed } from "../failed.ts";
import type { Surroundings } from "../surroundings.ts";
import { begin, entriesOf, publicKey, withCommonOptions, type CommonOptions } from "./common-options.ts";
import { formOf, recordsOf } from "./records.file.ts";
import { webPushEntry, type WebPushColumns } from "./web-push-entry.ts";

const help = `
The file is CSV with a first line of names, JSON lines, or a JSON array. Names may lead inward: keys.auth.

Examples:
  npm run ops -- import web-push dump.csv --app app.contoso.com --users users.csv --vapid-public-key BN… --dry-run
  npm run ops -- import web-push dump.csv --app app.contoso.com --users users.csv --vapid-public-key BN… --report unsids.jsonl
  npm run ops -- import web-push dump.jsonl --app app.contoso.com --user-is-object-id --tenant 7b1c… --user-column oid \\
    --subscription-column subscription --vapid-public-key BN… --report unsids.jsonl
`;

type Options = CommonOptions & { readonly delimiter: string } & {
  readonly [Name in keyof WebPushColumns as `${Name}Column`]: WebPushColumns[Name];
};

/** `import web-push`: a hand-made table of browsers' subscriptions. */
export const addWebPushImport = (group: Command, use: Surroundings): void => {
  withCommonOptions(group.command("web-push").description("browsers' subscriptions, from a table of your own"), help)
    .requiredOption("--vapid-public-key <key>", "the key they subscribed with (applicationServerKey)", publicKey)
    .option("--endpoint-column <name>", "the push service's URL", "endpoint")
    .option("--p256dh-column <name>", "the browser's public key (keys.p256dh or p256dh)")
    .option("--auth-column <name>", "the browser's secret (keys.auth or auth)")
    .option("--expiration-column <name>", "when the browser's subscription ends", "expirationTime")
    .option("--subscription-column <name>", "all of these in one, as JSON")
    .option("--user-column <name>", "the user", "user")
    .option("--tenant-column <name>", "the user's tenant, with --user-is-object-id")
    .option("--upn-column <name>", "the user's name, with --user-is-object-id")
    .option("--id-column <name>", "what your app server calls it, for the report", "id")
    .option("--device-column <name>", "what your client will give as deviceId; else one is made of the endpoint")
    .option("--delimiter <character>", "between the columns of a CSV", oneCharacter, ",")
    .action(async (path: string, options: Options) => {
      const form = await formOf(path);
      if (form === "xml") throw new Failed(`${path} is XML, which no table of subscriptions is.`, exitCodes.usage);
      const columns = columnsOf(options);
      await begin(use, options, {
        kind: "web-push",
        entries: () => entriesOf(recordsOf(path, form, options.delimiter), (value) => webPushEntry(value, columns)),
      });
    });
};

const columnsOf = (options: Options): WebPushColumns => ({
  subscription: options.subscriptionColumn,
  endpoint: options.endpointColumn,
  p256dh: options.p256dhColumn,
  auth: options.authColumn,
  expiration: options.expirationColumn,
  user: options.userColumn,
  tenant: options.tenantColumn,
  upn: options.upnColumn,
  id: options.idColumn,
  device: options.deviceColumn,
});

const oneCharacter = (text: string): string => {
  const character = text === "\\t" ? "\t" : text;
  if (character.length !== 1) throw new InvalidArgumentError("It is one character, or \\t.");
  return character;
};
