/**
 * What passes between the worker and `@azure/functions` as `@azure/functions-core`. Microsoft publishes no package for it
 * (its types live in the worker's repository), so the parts used here are written down once; the seam's contract test
 * fails when the library stops agreeing.
 */

export type LogLevel = "trace" | "debug" | "information" | "warning" | "error" | "critical" | "none";

/** A value on the wire between host and worker: exactly one member is set. */
export type TypedData = {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly int?: number;
  readonly double?: number;
  readonly http?: RpcHttp;
};

type Nullable = Readonly<Record<string, { readonly value: string }>>;

/** An HTTP request or response as one message, used when request streams are off. */
export type RpcHttp = {
  readonly url?: string;
  readonly method?: string;
  readonly nullableHeaders?: Nullable;
  readonly nullableQuery?: Nullable;
  readonly nullableParams?: Nullable;
  readonly body?: TypedData | null;
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly RpcCookie[];
};

export type RpcCookie = {
  readonly name: string;
  readonly value: string;
  readonly domain?: { readonly value: string } | undefined;
  readonly path?: { readonly value: string } | undefined;
  readonly expires?: { readonly value: { readonly seconds: number } } | undefined;
  readonly secure?: { readonly value: boolean } | undefined;
  readonly httpOnly?: { readonly value: boolean } | undefined;
  readonly sameSite?: "none" | "lax" | "strict" | "explicitNone";
  readonly maxAge?: { readonly value: number } | undefined;
};

export type Binding = Readonly<Record<string, unknown>> & {
  readonly type: string;
  readonly direction?: string;
  readonly properties?: Readonly<Record<string, string>>;
};

type FunctionMetadata = {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly retryOptions?: unknown;
};

type Callback = (...args: readonly unknown[]) => unknown;
export type Registration = { readonly metadata: FunctionMetadata; readonly callback: Callback };

export type InvocationRequest = {
  readonly invocationId: string;
  readonly inputData: readonly { readonly name: string; readonly data: TypedData }[];
  readonly triggerMetadata: Readonly<Record<string, TypedData>>;
  readonly traceContext: { readonly traceParent: string; readonly traceState: string };
};

export type InvocationResponse = { readonly returnValue?: TypedData | null };

export type CoreInvocationContext = {
  readonly invocationId: string;
  readonly request: InvocationRequest;
  readonly metadata: FunctionMetadata;
  state?: "preInvocationHooks" | "postInvocationHooks" | "invocation" | undefined;
  readonly log: (level: LogLevel, category: LogCategory, message: string) => void;
};

export type LogCategory = "user" | "system" | "customMetric";

type InvocationModel = {
  readonly getArguments: () => Promise<{ readonly context: unknown; readonly inputs: unknown[] }>;
  readonly invokeFunction: (context: unknown, inputs: unknown[], callback: Callback) => Promise<unknown>;
  readonly getResponse: (context: unknown, result: unknown) => Promise<InvocationResponse>;
};

export type ProgrammingModel = {
  readonly name: string;
  readonly version: string;
  readonly getInvocationModel: (context: CoreInvocationContext) => InvocationModel | Promise<InvocationModel>;
  readonly getCapabilities?: (capabilities: Record<string, string>) => Promise<Record<string, string>>;
};

export const hookNames = ["appStart", "appTerminate", "preInvocation", "postInvocation", "log"] as const;
export type HookName = (typeof hookNames)[number];
export type HookCallback = (context: object) => unknown;

/** The module an app gets for `require("@azure/functions-core")`. */
export type CoreApi = {
  readonly version: string;
  readonly hostVersion: string;
  readonly setProgrammingModel: (model: ProgrammingModel) => void;
  readonly getProgrammingModel: () => ProgrammingModel | undefined;
  readonly registerFunction: (metadata: FunctionMetadata, callback: Callback) => Disposable;
  readonly registerHook: (name: string, callback: HookCallback) => Disposable;
  readonly log: (level: LogLevel, category: LogCategory, message: string) => void;
  readonly Disposable: typeof Disposable;
};

/** The worker's own disposable: apps see it as the result of registering something. */
export class Disposable {
  #undo: (() => void) | undefined;
  constructor(undo: () => void) {
    this.#undo = undo;
  }
  dispose(): void {
    this.#undo?.();
    this.#undo = undefined;
  }
}
