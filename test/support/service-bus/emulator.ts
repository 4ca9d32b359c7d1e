import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secretsIn } from "../../../infra/local/secrets.ts";
import { connectionString } from "../../../infra/local/service-bus/connection-string.ts";
import { startProgram, type Program } from "../program.ts";
import { hurriedDeclaration } from "./declaration.ts";

/** Where a broker is and how to be let in. */
export type Broker = { readonly connectionString: string; readonly adminUrl: string | undefined };

/** Our emulator as a process of its own, with a data directory that outlives its crashes. */
export type Emulator = Broker & {
  /** The process that runs now. */
  readonly program: () => Program;
  /** SIGKILL, nothing else: whatever it had not written is gone. */
  readonly crash: () => Promise<void>;
  /** Starts it again on the same ports and data. */
  readonly restart: () => Promise<void>;
  /** Ends it and removes its data. */
  readonly remove: () => Promise<void>;
};

/**
 * Starts our emulator on free ports and with an empty data directory, with the queues of the conformance suite; or with others, whose
 * declaration `declare` writes into the folder, resolving to its path.
 */
export const startEmulator = async (declare = hurriedDeclaration): Promise<Emulator> => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-bus-"));
  const settings = { FANFARE_DATA_DIR: folder, FANFARE_SERVICEBUS_QUEUES: await declare(folder) };
  const start = (port: string, adminPort: string): Promise<Program> =>
    startProgram({
      name: "service-bus",
      env: { ...settings, FANFARE_SERVICEBUS_PORT: port, FANFARE_SERVICEBUS_ADMIN_PORT: adminPort },
    });

  let program = await start("0", "0");
  const [port = "", adminPort = ""] = [...program.ready.matchAll(/:(\d+)/g)].map(([, digits]) => digits);
  const { serviceBusKey } = await secretsIn(folder);
  return {
    connectionString: connectionString(Number(port), serviceBusKey),
    adminUrl: `http://127.0.0.1:${adminPort}`,
    program: () => program,
    crash: async () => {
      await program.kill();
    },
    restart: async () => {
      program = await start(port, adminPort);
    },
    remove: async () => {
      await program.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
