import { RowConflict, tableNames, type Table } from "../../../../shared/storage/table.ts";
import { Unavailable } from "../../../../shared/unavailable.ts";
import { Misconnected } from "../../connect.ts";
import { Failed } from "../../failed.ts";
import { lacksSignIn, sentenceOf } from "../../sentence.ts";
import { ok, signIn, unknown, warning, wrong, type Check, type Finding } from "../check.ts";

/** No row has such a key. */
const nobody = "doctor";

type Seen =
  | { readonly kind: "fine" | "read-only" | "closed" | "missing" }
  | { readonly kind: "failing"; readonly sentence: string; readonly cure: string };

/** Whether every table is there, and whether whoever looks may read and change it. Nothing is changed. */
export const tablesCheck: Check = {
  name: "tables",
  look: async ({ connection }) => {
    let tables;
    try {
      tables = connection.tables();
    } catch (error) {
      if (!(error instanceof Misconnected)) throw error;
      return [wrong(error.message, "set it as the portal tells it, or TablesConnection__endpoint for your sign-in.")];
    }
    const seen = await Promise.all(tableNames.map(async (name) => ({ name, ...(await lookAt(tables[name])) })));
    const named = (kind: Seen["kind"]): string =>
      seen.flatMap((one) => (one.kind === kind ? [one.name] : [])).join(", ");
    const findings: Finding[] = [];
    const failing = seen.find((one) => one.kind === "failing");
    if (failing?.kind === "failing") return [wrong(failing.sentence, failing.cure)];
    if (named("missing"))
      findings.push(
        wrong(
          `There is no table ${named("missing")}.`,
          "deploy this version's infra/main.bicep, or start the local stack anew.",
        ),
      );
    if (named("closed"))
      findings.push(
        unknown(
          `You may not read ${named("closed")}.`,
          "the role Storage Table Data Reader on the data account lets you look; by a connection string, its key is wrong.",
        ),
      );
    if (named("read-only"))
      findings.push(
        warning(
          `You may read and not change ${named("read-only")}, so commands that change something fail.`,
          "the role Storage Table Data Contributor on the data account lets you.",
        ),
      );
    return findings.length > 0
      ? findings
      : [ok(`All ${tableNames.length} are there, and you may read and change them.`)];
  },
};

const lookAt = async (table: Table): Promise<Seen> => {
  try {
    await table.find(nobody, nobody);
  } catch (error) {
    return failed(error) ?? { kind: isDenied(error) ? "closed" : "missing" };
  }
  try {
    // Of a row that is not there: whoever may not is refused, whoever may has changed nothing.
    await table.write({ kind: "delete", partitionKey: nobody, rowKey: nobody });
  } catch (error) {
    if (error instanceof RowConflict) return { kind: "fine" };
    return failed(error) ?? { kind: "read-only" };
  }
  return { kind: "fine" };
};

const isDenied = (error: unknown): boolean =>
  error instanceof Error && error.message.includes("denies this app access");

const failed = (error: unknown): Seen | undefined =>
  error instanceof Unavailable || error instanceof Failed
    ? {
        kind: "failing",
        sentence: sentenceOf(error),
        cure: lacksSignIn(error) ? signIn : "look at the storage account, its firewall and the network.",
      }
    : undefined;
