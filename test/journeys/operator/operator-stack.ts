import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt } from "jose";
import { expect } from "vitest";
import { openTables } from "../../../shared/storage/azure.table.ts";
import type { Tables } from "../../../shared/storage/table.ts";
import { command, linesOf, program, type Told } from "../../contracts/ops/operator.ts";
import { calledBy } from "../../support/ops-commands.ts";
import { expectNothingTold, startListenedStack, type ListenedStack } from "../../support/listened-stack.ts";
import { inspectorOf, type Inspector } from "../../support/service-bus/inspect.ts";

type Settings = Readonly<Record<string, string>>;

/** A running stack and the operator's shell beside it. */
export type OperatorStack = {
  /** The stack as it runs now; another after `restart`. */
  readonly stack: ListenedStack;
  /** Its tables and its queue, as they are. */
  readonly tables: Tables;
  readonly inspector: Inspector;
  /** A file of the operator's. */
  readonly file: (name: string) => string;
  /** Settings of the shell, for the commands from now on. */
  readonly export: (settings: Settings) => void;
  /** A command in this process. */
  readonly ops: (...args: readonly string[]) => Promise<Told>;
  /** The same, which must end well. */
  readonly done: (...args: readonly string[]) => Promise<Told>;
  /** The same with something piped into it. */
  readonly piped: (stdin: string, ...args: readonly string[]) => Promise<Told>;
  /** The JSON lines of such a one. */
  readonly json: (...args: readonly string[]) => Promise<Record<string, unknown>[]>;
  /** A command as `npm run ops` runs it: the built program, in a process of its own. */
  readonly spawned: (...args: readonly string[]) => Promise<Told>;
  /** Every command that has ended well, by its words. */
  readonly ran: ReadonlySet<string>;
  /** Who somebody is, as tokens name them. */
  readonly person: (user: string) => Promise<{ readonly objectId: string; readonly tenantId: string }>;
  /** Ctrl-C and another start on the same data, with more settings of the app's, which are nobody else's business. Expects what `end` does. */
  readonly restart: (settings: Settings) => Promise<void>;
  /** Ctrl-C. Expects that the stack told no secret, person, device or content. Only the first call does anything. */
  readonly end: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Starts it on a data directory of its own, which goes with `stop`. */
export const startOperatorStack = async (): Promise<OperatorStack> => {
  const dataDir = await mkdtemp(join(tmpdir(), "fanfare-operator-"));
  let stack = await startListenedStack({ dataDir });
  let inspector = inspectorOf(stack.stack.serviceBus.connectionString);
  let env: Settings = { FANFARE_DATA_DIR: dataDir };
  const ran = new Set<string>();
  const noted = (args: readonly string[], told: Told): Told => {
    if (told.code === 0) ran.add(calledBy(args));
    return told;
  };
  const ops: OperatorStack["ops"] = async (...args) => noted(args, await command(args, { env }));
  const piped: OperatorStack["piped"] = async (stdin, ...args) => {
    const told = noted(args, await command(args, { env, stdin }));
    expect(told.code, `${args.join(" ")}: ${told.stderr}${told.stdout}`).toBe(0);
    return told;
  };
  const done: OperatorStack["done"] = (...args) => piped("", ...args);
  let ending: Promise<void> | undefined;
  const closeAndListen = async (): Promise<void> => {
    await inspector.close();
    await expectNothingTold(stack);
  };
  const end = (): Promise<void> => (ending ??= closeAndListen());

  return {
    get stack() {
      return stack;
    },
    get inspector() {
      return inspector;
    },
    tables: openTables({ kind: "connection-string", connectionString: stack.stack.tables.connectionString }),
    file: (name) => join(dataDir, name),
    export: (settings) => {
      env = { ...env, ...settings };
    },
    ops,
    done,
    piped,
    json: async (...args) => linesOf((await done(...args, "--json")).stdout),
    spawned: async (...args) => noted(args, await program(args, env)),
    ran,
    person: async (user) => {
      const { oid, tid } = decodeJwt(await stack.token({ user }));
      return { objectId: String(oid), tenantId: String(tid) };
    },
    restart: async (settings) => {
      await end();
      stack = await startListenedStack({ dataDir, env: settings });
      ending = undefined;
      for (const value of Object.values(settings)) stack.confide({ payload: value.split(/[:,]/) });
      inspector = inspectorOf(stack.stack.serviceBus.connectionString);
    },
    end,
    stop: () => end().finally(() => rm(dataDir, { recursive: true })),
  };
};
