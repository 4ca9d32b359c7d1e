import Module from "node:module";
import { Server as HttpServer } from "node:http";
import { Server } from "node:net";
import type { CoreApi, ProgrammingModel } from "./core-contract.ts";

// The only file that reaches into Node's and the library's insides.

/**
 * Answers `require("@azure/functions-core")` with the given module, in every CommonJS module loaded from now on.
 * The name is no package: Microsoft's worker supplies it the same way
 * (https://github.com/Azure/azure-functions-nodejs-worker/blob/v4.x/src/setupCoreModule.ts), and a bundle leaves it external.
 */
export const supplyCoreModule = (coreApi: CoreApi): void => {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the module it was called on, below
  const original = Module.prototype.require;
  Module.prototype.require = function require(this: Module, name: string): unknown {
    return name === "@azure/functions-core" ? coreApi : original.call(this, name);
  } as NodeJS.Require;
};

/**
 * Asks the model for its capabilities, as the worker does once the app has loaded. With request streams on, the library
 * then starts an HTTP server of its own, which is resolved to. It would listen on every interface of the machine;
 * a laptop's host stays on loopback, so that one call to `listen` is given an address.
 */
export const capabilitiesOf = async (model: ProgrammingModel): Promise<{ readonly streamServer?: HttpServer }> => {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the server it was called on, below
  const original = Server.prototype.listen;
  let streamServer: HttpServer | undefined;
  Server.prototype.listen = function listen(this: Server, ...args: unknown[]): Server {
    const isLibrarys = args.length === 1 && typeof args[0] === "function";
    const listening = Reflect.apply(original, this, isLibrarys ? [0, "127.0.0.1", ...args] : args) as Server;
    if (isLibrarys && listening instanceof HttpServer) streamServer = listening;
    return listening;
  } as typeof original;
  let capabilities: Promise<unknown> | undefined;
  try {
    // The library listens before its first await, so the change is over before anything else runs.
    capabilities = model.getCapabilities?.({ ...workerCapabilities });
  } finally {
    Server.prototype.listen = original;
  }
  await capabilities;
  return streamServer ? { streamServer } : {};
};

/** What the Node worker announces of itself; the library adds to it. */
const workerCapabilities = {
  RawHttpBodyBytes: "true",
  RpcHttpTriggerMetadataRemoved: "true",
  RpcHttpBodyOnly: "true",
  IgnoreEmptyValuedRpcHttpHeaders: "true",
  UseNullableValueDictionaryForHttp: "true",
  WorkerStatus: "true",
  TypedDataCollection: "true",
  HandlesWorkerTerminateMessage: "true",
};
