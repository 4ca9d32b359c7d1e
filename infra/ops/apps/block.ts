import type { Command } from "commander";
import { tableAppRegister, type Register } from "../../../shared/auth/app-register.table.ts";
import { comparableId, type Block, type RegisteredApp } from "../../../shared/auth/app-registry.ts";
import { putBlock, removeBlock } from "../../../shared/auth/app-registry.table.ts";
import { hostNameSchema } from "../../../shared/notification/host-name.ts";
import { audited } from "../audit.ts";
import { connected, type Connection } from "../connect.ts";
import { exitCodes, Failed } from "../failed.ts";
import type { Surroundings } from "../surroundings.ts";
import { strangeInId } from "./app-options.ts";
import { agreed, changeApp, mustBeAskable, type ChangeOptions } from "./change-app.ts";
import { withChangeOptions } from "./set.ts";

type Verb = "block" | "unblock";

/** `apps block` and `apps unblock`: an app, a client id wherever it calls, or a whole tenant. */
export const addBlocking = (group: Command, use: Surroundings): void => {
  const blocking = (verb: Verb, description: string): void => {
    const command = group
      .command(verb)
      .description(description)
      .argument("<what>", "an app's host name, or the word client or tenant")
      .argument("[id]", "the client id or the tenant id");
    withChangeOptions(command).action(async (what: string, id: string | undefined, options: ChangeOptions) => {
      const kind = what === "client" || what === "tenant" ? what : undefined;
      if ((kind === undefined) !== (id === undefined))
        command.error(`error: it is apps ${verb} <hostName>, apps ${verb} client <id> or apps ${verb} tenant <id>`);
      if (kind !== undefined && id !== undefined) await onList(use, verb, { kind, id: idOf(id) }, options);
      else await ofApp(use, verb, hostNameIn(what), options);
    });
  };
  blocking("block", "answer 403 to an app's client ids, to one client id, or to a tenant, within a minute");
  blocking("unblock", "answer them again");
};

const hostNameIn = (what: string): string => {
  const parsed = hostNameSchema.safeParse(what);
  if (parsed.success) return parsed.data;
  throw new Failed("What is blocked is a host name, or: client <id>, tenant <id>.", exitCodes.usage);
};

const ofApp = (use: Surroundings, verb: Verb, hostName: string, options: ChangeOptions): Promise<void> => {
  const edit = (before: RegisteredApp): RegisteredApp => ({ ...before, blocked: verb === "block" });
  return changeApp(use, { act: `apps ${verb}`, hostName, edit, options, mayCreate: false });
};

const idOf = (text: string): string => {
  const id = comparableId(text.trim());
  if (id === "" || id.length > 256) throw new Failed("The id has 1 to 256 characters.", exitCodes.usage);
  if (strangeInId.test(id))
    throw new Failed("The id has a line break, or another character that is not seen.", exitCodes.usage);
  return id;
};

const onList = (use: Surroundings, verb: Verb, block: Block, options: ChangeOptions): Promise<void> => {
  mustBeAskable(use, options, `${verb} a ${block.kind}`);
  return connected(use, async (connection) => {
    const { output } = use;
    const { kind, id } = block;
    const tell = (outcome: string): void => {
      if (options.json) output.json({ blocked: kind, id, outcome });
    };
    const register = await tableAppRegister(connection.tables().apps).all();
    const isListed = register.blocks.some((one) => one.kind === kind && one.id === id);
    if (verb === "block" && isListed) {
      output.note(`The ${kind} ${id} is blocked already; nothing was changed.`);
      tell("unchanged");
      return;
    }
    // An entry that cannot be read blocks nobody, and is the one named when there is no other.
    if (verb === "unblock" && !isListed && register.malformedBlocks.length === 0)
      throw new Failed(`The ${kind} ${id} is not on the block list.`, exitCodes.nothingMatched);
    for (const sentence of meaningOf(verb, block, register)) output.note(sentence);
    if (options.dryRun) {
      output.note("Nothing was written: --dry-run.");
      tell(`would ${verb}`);
      return;
    }
    await agreed(use, options, `${verb === "block" ? "Block" : "Unblock"} the ${kind} ${id} in ${connection.place}?`);
    await write(use, connection, verb, block);
    output.note("Written. It acts within a minute.");
    tell(`${verb}ed`);
  });
};

const write = (use: Surroundings, connection: Connection, verb: Verb, block: Block): Promise<void> => {
  const { apps } = connection.tables();
  return audited({ ...use, ...connection }, { act: `apps ${verb}`, subject: block }, async (count) => {
    use.stop.throwIfAborted();
    await (verb === "block" ? putBlock(apps, block) : removeBlock(apps, block));
    count("written");
  });
};

const meaningOf = (verb: Verb, { kind, id }: Block, { apps }: Register): readonly string[] => {
  const registered = apps.flatMap((one) => (one.kind === "app" ? [one.app] : []));
  const using = registered.filter((app) =>
    (kind === "client" ? [...app.senders, ...app.clients] : app.tenants).includes(id),
  );
  const whose = using.length === 0 ? "no registered app names it" : using.map(({ hostName }) => hostName).join(", ");
  if (verb === "block")
    return [
      kind === "client"
        ? `Whoever calls as ${id} gets 403, whatever they ask (${whose}).`
        : `Whoever calls with a token of the tenant ${id} gets 403, its users too (${whose}). Their devices are still pushed to.`,
    ];
  const stillBlocked = kind === "client" ? using.filter(({ blocked }) => blocked) : [];
  return [
    `The ${kind} ${id} is answered again, as far as the apps' registrations let it (${whose}).`,
    ...stillBlocked.map(({ hostName }) => `But ${hostName} is blocked, and with it each of its client ids.`),
  ];
};
