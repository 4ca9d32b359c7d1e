import type { Command } from "commander";
import { addHubImport } from "./import/hub-command.ts";
import { addWebPushImport } from "./import/web-push-command.ts";
import type { Surroundings } from "./surroundings.ts";

const about = `
Brings subscriptions over from what you push with today, so that users' devices go on ringing. Every device is judged by the API's own rules and
subscribed for SUBSCRIPTION_DAYS; its client renews it from then on. See infra/migration.md for the whole way.

Look first with --dry-run: nothing is written, and every entry that would be refused is told by its line. Then the same with --report: the
file tells, for each entry, the UNSID (userNotificationSubscriptionId) that your app server posts with. It is a secret; only you can read it.
Interrupted or not, the same command again does the rest: nobody is subscribed twice, and a UNSID stays what it was.

Who a device belongs to must be said as tokens say it, by tenant and object id: --users names a CSV or JSON file with the columns user (what
the dump says), tenantId, objectId and, if you like, upn; or --user-is-object-id says that the dump has object ids. A device whose
user is unknown is refused, not guessed.

On Azure this needs, beside TablesConnection__endpoint, the service's own DATA_KEYS, PUBLIC_URL or VAPID_PUBLIC_KEY, VAPID_PREVIOUS_PUBLIC_KEY if there is one,
and PUSH_HOSTS_ALLOWED, SUBSCRIPTION_DAYS and SUBSCRIPTIONS_PER_FEED where they are not the standard.

Examples, with more at each:
  npm run ops -- import web-push dump.csv --app app.contoso.com --users users.csv --vapid-public-key BN… --dry-run
  npm run ops -- import notification-hubs Output.txt --app app.contoso.com --users users.csv --package-name com.contoso.app --dry-run
`;

/** `import web-push|notification-hubs`. */
export const addImport = (program: Command, use: Surroundings): void => {
  const group = program
    .command("import")
    .description("bring subscriptions over from a hand-made Web Push table or from Azure Notification Hubs")
    .addHelpText("after", about);
  addWebPushImport(group, use);
  addHubImport(group, use);
};
