import { randomBytes, randomUUID } from "node:crypto";
import type {
  CoreInvocationContext,
  InvocationRequest,
  InvocationResponse,
  LogCategory,
  LogLevel,
  Registration,
  TypedData,
} from "./core-contract.ts";
import type { Worker } from "./worker.ts";

/** One run of a function: what its trigger gives it. */
export type Call = {
  readonly registration: Registration;
  /** The name of the trigger's binding, and its value. */
  readonly trigger: string;
  readonly input: TypedData;
  readonly metadata: Readonly<Record<string, TypedData>>;
  /** W3C trace context of who caused this, if it told one. */
  readonly traceParent?: string | undefined;
  readonly traceState?: string | undefined;
};

/** An invocation under way. */
export type Invocation = {
  readonly id: string;
  /** Resolves when the library has made the function's arguments, or failed to. Never rejects. */
  readonly argumentsReady: Promise<void>;
  /** Rejects with what the function, a hook or a converter threw. */
  readonly finished: Promise<{ readonly response: InvocationResponse; readonly result: unknown }>;
};

/** Runs a function as the worker does: arguments, preInvocation hooks, the function, postInvocation hooks, response. */
export const invoke = (worker: Worker, call: Call): Invocation => {
  const id = randomUUID();
  let ready = (): void => undefined;
  const argumentsReady = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const finished = run(worker, requestOf(id, call), call.registration, ready).finally(ready);
  return { id, argumentsReady, finished };
};

const run = async (
  worker: Worker,
  request: InvocationRequest,
  registration: Registration,
  ready: () => void,
): Promise<{ response: InvocationResponse; result: unknown }> => {
  const programmingModel = worker.model();
  if (!programmingModel) throw new Error("The app has set no programming model.");
  let invocationContext: unknown = undefined;
  const core: CoreInvocationContext = {
    invocationId: request.invocationId,
    request,
    metadata: registration.metadata,
    log: (level: LogLevel, category: LogCategory, message: string) =>
      worker.log({ level, category, message, invocationContext }),
  };
  const model = await programmingModel.getInvocationModel(core);
  const { context, inputs } = await model.getArguments();
  invocationContext = context;
  ready();

  const hookData = {};
  const { appHookData } = worker;
  const before = { hookData, appHookData, invocationContext: context, inputs, functionCallback: registration.callback };
  core.state = "preInvocationHooks";
  await worker.runHooks("preInvocation", before);

  const after = {
    hookData,
    appHookData,
    invocationContext: context,
    inputs: before.inputs,
    result: null as unknown,
    error: null as unknown,
  };
  core.state = "invocation";
  try {
    after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error ?? new Error(`Function ${registration.metadata.name} threw nothing.`);
  }
  core.state = "postInvocationHooks";
  await worker.runHooks("postInvocation", after);
  core.state = undefined;
  if (after.error !== null && after.error !== undefined) throw asError(after.error);
  return { response: await model.getResponse(context, after.result), result: after.result };
};

const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(`a value was thrown that is no error: ${JSON.stringify(thrown)}`);

const requestOf = (invocationId: string, call: Call): InvocationRequest => ({
  invocationId,
  inputData: [{ name: call.trigger, data: call.input }],
  triggerMetadata: call.metadata,
  traceContext: { traceParent: childOf(call.traceParent), traceState: call.traceState ?? "" },
});

/** The host takes part in the trace: same trace id, a span of its own (https://www.w3.org/TR/trace-context/#traceparent-header). */
const childOf = (traceParent: string | undefined): string => {
  const [, traceId, flags] = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/.exec(traceParent ?? "") ?? [];
  const drawn = randomBytes(24).toString("hex");
  return `00-${traceId ?? drawn.slice(0, 32)}-${drawn.slice(32)}-${flags ?? "00"}`;
};
