import type { Command } from "commander";
import { tableAppRegister, type Register, type Registered } from "../../../shared/auth/app-register.table.ts";
import type { RegisteredApp } from "../../../shared/auth/app-registry.ts";
import { connected } from "../connect.ts";
import { exitCodes, Failed } from "../failed.ts";
import type { Surroundings } from "../surroundings.ts";
import { textList, textTable } from "../text-table.ts";
import { faultOfRow } from "./faults.ts";
import { listNames, valuesOf } from "./fields.ts";
import { hostNameOf } from "./app-options.ts";

type Options = { readonly json?: true };

/** `apps list` and `apps show`. */
export const addListing = (group: Command, use: Surroundings): void => {
  group
    .command("list")
    .description("tell all apps, the block list, and rows that cannot be read")
    .option("--json", "answer in JSON, a line for each")
    .action((options: Options) => list(use, options));
  group
    .command("show")
    .description("tell one app's registration; as JSON it is what set --file takes")
    .argument("<hostName>", "its host name", hostNameOf)
    .option("--json", "one JSON document")
    .action((hostName: string, options: Options) => show(use, hostName, options));
};

const list = (use: Surroundings, { json }: Options): Promise<void> =>
  connected(use, async ({ tables, place }) => {
    const { output } = use;
    const register = await tableAppRegister(tables().apps).all();
    const { apps, blocks, malformedBlocks } = register;
    if (json) for (const line of asRecords(register)) output.json(line);
    else if (apps.length + blocks.length > 0) output.text(textOf(register));
    else output.note(`No app is registered in ${place}.`);
    for (const one of apps) {
      if (one.kind === "malformed")
        output.note(
          `The registration of ${one.hostName} cannot be read, so its callers get 403. ${faultOfRow(one.fault)}`,
        );
    }
    for (const key of malformedBlocks)
      output.note(
        `The entry ${key} of the block list cannot be read, and blocks nobody: unblock and block that id anew.`,
      );
  });

const show = (use: Surroundings, hostName: string, { json }: Options): Promise<void> =>
  connected(use, async ({ tables, place }) => {
    const found = await tableAppRegister(tables().apps).find(hostName);
    if (!found) throw new Failed(`No app ${hostName} is registered in ${place}.`, exitCodes.nothingMatched);
    if (found.kind === "malformed")
      throw new Failed(`The registration of ${hostName} cannot be read. ${faultOfRow(found.fault)}`);
    if (json) use.output.json(found.app);
    else use.output.text(textList(asList(found.app)));
  });

const asRecords = ({ apps, blocks, malformedBlocks }: Register): readonly object[] => [
  ...apps.map((one) =>
    one.kind === "app"
      ? { kind: "app", ...one.app }
      : { kind: "malformed", hostName: one.hostName, fault: faultOfRow(one.fault) },
  ),
  ...blocks.map(({ kind, id }) => ({ kind: "block", blocked: kind, id })),
  ...malformedBlocks.map((rowKey) => ({ kind: "malformed", rowKey, fault: "It is no entry of the block list." })),
];

const textOf = ({ apps, blocks }: Register): string => {
  const table = textTable(["APP", "BLOCKED", "SENDERS", "CLIENTS", "TENANTS", "CREDENTIALS"], apps.map(asRow));
  const listed = blocks.map(({ kind, id }) => [kind, id]);
  return [apps.length > 0 ? table : "", listed.length > 0 ? textTable(["BLOCKED", "ID"], listed) : ""]
    .filter(Boolean)
    .join("\n\n");
};

const asRow = (one: Registered): readonly string[] => {
  if (one.kind === "malformed") return [one.hostName, "cannot be read"];
  const { hostName, blocked, senders, clients, tenants } = one.app;
  const credentials = valuesOf(one.app, "credentials").join(" ") || "default";
  const counts = [
    String(senders.length),
    String(clients.length),
    tenants.length === 0 ? "any" : String(tenants.length),
  ];
  return [hostName, blocked ? "blocked" : "no", ...counts, credentials];
};

const absent: Readonly<Record<string, string>> = { tenants: "any", bundleIds: "any", packageNames: "any" };

const asList = (app: RegisteredApp): Readonly<Record<string, string>> => ({
  app: app.hostName,
  blocked: app.blocked ? "yes: its client ids get 403" : "no",
  ...Object.fromEntries(listNames.map((name) => [name, app[name].join(", ") || (absent[name] ?? "none")])),
  credentials: valuesOf(app, "credentials").join(", ") || "default",
});
