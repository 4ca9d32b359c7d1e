import { Option, type Command } from "commander";
import { systemClock } from "../../../shared/clock.ts";
import { exitCodes, Failed } from "../failed.ts";
import type { Surroundings } from "../surroundings.ts";
import { begin, entriesOf, publicKey, withCommonOptions, type CommonOptions } from "./common-options.ts";
import type { HubOptions } from "./hub-entry.ts";
import { hubInstallation } from "./hub-installation.ts";
import { hubRegistration } from "./hub-registration.ts";
import { formOf, recordsOf } from "./records.file.ts";

const help = `
The file is what an export of registrations wrote (a line of XML each, installations among them), or installations as the hub's API
answers them, in JSON lines or a JSON array. The user is the installation's userId, the tag $UserId:{…}, or a tag that begins with --user-tag.
Tags and templates stay behind. Windows Phone, Amazon, Baidu and Xiaomi are refused: Fanfare does not push to them.

Examples:
  npm run ops -- import notification-hubs Output.txt --app app.contoso.com --users users.csv --bundle-id com.contoso.app \\
    --apns-environment production --package-name com.contoso.app --dry-run
  npm run ops -- import notification-hubs installations.json --app app.contoso.com --users users.csv --package-name com.contoso.app --report unsids.jsonl
`;

const description = "devices of a hub: its exported registrations, or installations";

/** `import notification-hubs`: the devices of an Azure Notification Hub. */
export const addHubImport = (group: Command, use: Surroundings): void => {
  withCommonOptions(group.command("notification-hubs").description(description), help)
    .option("--vapid-public-key <key>", "the key its browsers subscribed with", publicKey)
    .option("--bundle-id <id>", "of the iOS app")
    .addOption(new Option("--apns-environment <name>", "how the iOS app was signed").choices(["production", "sandbox"]))
    .option("--package-name <name>", "of the Android app")
    .option("--user-tag <beginning>", "a tag that begins so names the user, such as username:")
    .action(async (path: string, options: CommonOptions & HubOptions) => {
      const form = await formOf(path);
      if (form === "csv") {
        throw new Failed(`${path} is neither XML nor JSON, which are what hubs give.`, exitCodes.usage);
      }
      const now = systemClock.now();
      const read = (value: unknown) =>
        form === "xml" ? hubRegistration(String(value), options, now) : hubInstallation(value, options, now);
      await begin(use, options, { kind: "notification-hubs", entries: () => entriesOf(recordsOf(path, form), read) });
    });
};
