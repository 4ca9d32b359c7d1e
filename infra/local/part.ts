import type { AddressInfo, ListenOptions, Server } from "node:net";
import { CannotStart, cannotStartExitCode, errorCode } from "./cannot-start.ts";
import { ports, type PortName } from "./settings.ts";

/** A part that runs: what it says when ready, and how it ends. `stop` may be called once. */
export type Running = { readonly ready: string; readonly stop: () => Promise<void> };

/**
 * Listens on loopback and resolves to the port taken (port 0 asks for any free one).
 * Throws `CannotStart`, naming the part and the setting, when the port is in use.
 */
export const listen = (server: Server, part: string, portName: PortName, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const options: ListenOptions = { host: "127.0.0.1", port };
    const failed = (error: Error): void => {
      const code = errorCode(error);
      const fault = code === "EADDRINUSE" ? "in use" : code === "EACCES" ? "not allowed" : undefined;
      const told = `${part}: port ${port} is ${fault}. Set ${ports[portName].setting} to another port (0 takes a free one).`;
      reject(fault ? new CannotStart(told) : error);
    };
    server.once("error", failed);
    server.listen(options, () => {
      server.off("error", failed);
      resolve((server.address() as AddressInfo).port);
    });
  });

/** A part that is told to stop and has not after this long is ended by its supervisor, or, if that is gone, by itself. */
const stopWithinMs = 5_000;

/**
 * Runs one part as a program: starts it, prints what it is ready for, stops it on SIGTERM or SIGINT.
 * A second signal ends it at once. A crash prints its error and exits with 1, so that the supervisor restarts it.
 * Started by the supervisor (`FANFARE_SUPERVISED=1`), it also ends when the supervisor does, however that happens.
 */
export const runPart = async (start: () => Promise<Running>): Promise<void> => {
  try {
    const orphaned = supervisorGone();
    const running = await Promise.race([start(), orphaned]);
    if (!running) process.exit(1);
    console.log(running.ready);
    await Promise.race([stopSignal(), orphaned]);
    setTimeout(() => process.exit(1), stopWithinMs).unref();
    process.once("SIGTERM", () => process.exit(130));
    process.once("SIGINT", () => process.exit(130));
    await running.stop();
    process.exit(0);
  } catch (error) {
    const told = error instanceof CannotStart;
    console.error(told ? error.message : error);
    process.exit(told ? cannotStartExitCode : 1);
  }
};

/** Resolves when the other end of our stdin is closed: the supervisor holds it, and even a killed one lets go of it. */
const supervisorGone = (): Promise<undefined> =>
  new Promise((resolve) => {
    if (process.env.FANFARE_SUPERVISED !== "1") return;
    process.stdin.once("close", () => resolve(undefined)).resume();
    // Nobody reads any more what a part says while it ends; that must not keep it from ending in order.
    for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  });

const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    const stop = (): void => {
      process.off("SIGTERM", stop);
      process.off("SIGINT", stop);
      resolve();
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
  });
