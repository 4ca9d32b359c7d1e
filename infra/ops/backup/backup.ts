import type { Command } from "commander";
import { concurrency } from "../option-values.ts";
import type { Surroundings } from "../surroundings.ts";
import { exportBackup, type ExportOptions } from "./export.ts";
import { addRenewEpochs } from "./renew-epochs.ts";
import { restoreBackup, type RestoreOptions } from "./restore.ts";

const about = `
What is kept is what a restore needs so that users' devices ring again: registered apps, the block list, and subscriptions with their UNSIDs. Channels
and UNSIDs stay sealed with DATA_KEYS, so the file is of no use without the vault. In clear are tenants, object ids and sign-in names, which of
them have which device at which app, and what devices are called: personal data. Whoever can change a backup can register an app.
Not kept: notifications and what became of them, the audit, limits. A feed begins anew; its clients start over by themselves.

It is made while the service goes on, and tells when it began: what changed since may be missing, or be as it was.

A restore checks the whole file first. It only inserts: a row that is there is newer, and stays. It may be repeated, and goes on after an
interruption. Whoever the audit says was erased since the backup is left out; if the audit was lost, too, name them with --without, a CSV or JSON file
with the columns tenantId and objectId. So are apps that were removed since, and whoever was unblocked: without the audit, look at apps list afterwards. Whoever unsubscribed since is subscribed again, until their subscription ends.

Examples:
  npm run ops -- backup export --out /mnt/backups
  npm run -s ops -- backup export --out fanfare.jsonl.gz --force --json | jq .counts
  npm run ops -- backup restore fanfare.jsonl.gz --dry-run
  npm run ops -- backup restore fanfare.jsonl.gz --without erased.csv
  npm run ops -- backup renew-epochs
`;

/** `backup export|restore|renew-epochs`. */
export const addBackup = (program: Command, use: Surroundings): void => {
  const group = program
    .command("backup")
    .description("keep what lets devices ring again after a loss, and put it back")
    .addHelpText("after", about);
  group
    .command("export")
    .description("write what a restore needs into one file, which its owner alone may read")
    .requiredOption(
      "--out <path>",
      "the file, compressed if its name ends in .gz; or a folder, where it is named by the time",
    )
    .option("--force", "overwrite a file that is there")
    .option("--json", "answer in one JSON document")
    .addHelpText("after", about)
    .action((options: ExportOptions) => exportBackup(use, options));
  group
    .command("restore")
    .description("put back what is not there; asks before it does")
    .argument("<file>", "what backup export wrote")
    .option("--without <file>", "leave out these persons: tenantId, objectId")
    .option("--concurrency <count>", "so many at once, 64 at most", concurrency, 16)
    .option("--dry-run", "check the file and tell what it holds, and write nothing")
    .option("--yes", "do not ask")
    .option("--json", "answer in one JSON document")
    .addHelpText("after", about)
    .action((path: string, options: RestoreOptions) => restoreBackup(use, path, options));
  addRenewEpochs(group, use);
};
