import { runPart } from "../part.ts";
import { secretsIn } from "../secrets.ts";
import { dataDir, isEphemeral, partDir, portOf } from "../settings.ts";
import { startTables } from "./tables.ts";

await runPart(async () =>
  startTables({
    port: portOf("tables"),
    directory: isEphemeral() ? undefined : partDir("tables"),
    key: (await secretsIn(dataDir())).tablesKey,
    accounts: process.env.FANFARE_TABLES_ACCOUNTS?.split(","), // the tests' own
  }),
);
