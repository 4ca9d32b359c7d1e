import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { answerFault, faultStatus, type RawSocketOf } from "./answer-fault.ts";
import type { Device } from "./devices.ts";
import type { Fault } from "./faults.ts";
import type { PushState } from "./state.ts";

type Use<Own> = { readonly state: PushState<Own>; readonly rawSocketOf: RawSocketOf };
type Addressed<Own> = { readonly device: Device<Own> | undefined; readonly headers: IncomingHttpHeaders };

/** Lets the fault come true that this device's next request shall meet. False when the push is to go on. */
export const failAsTold = async <Own>(
  { state, rawSocketOf }: Use<Own>,
  addressed: Addressed<Own>,
  response: ServerResponse,
): Promise<boolean> => {
  const fault = await faultFor(state, addressed);
  if (fault) answerFault(fault, response, rawSocketOf);
  return fault !== undefined;
};

/**
 * Waits as long as the fault says that this device's next request shall meet, and notes it. What is returned is still to be done to the
 * request; undefined when the push is to go on.
 */
export const faultFor = async <Own>(
  { faults, record }: PushState<Own>,
  { device, headers }: Addressed<Own>,
): Promise<Fault | undefined> => {
  const fault = device && !device.removed ? faults.next(device.deviceId) : undefined;
  if (!device || !fault) return undefined;
  await pause(fault.delayMs ?? 0);
  const status = faultStatus(fault);
  if (status === undefined) return undefined;
  await record({ device, headers, content: null, status, reason: "a fault was asked for" });
  return fault;
};
