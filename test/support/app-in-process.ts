import { HttpRequest, InvocationContext, type HttpMethod, type HttpResponseInit, type Timer } from "@azure/functions";
import { vi } from "vitest";

export type Answered = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests look into it
};

type Asking = { readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown };

/** The app as it is shipped, `functions/index.ts` with all it wires, without a host around it. */
export type AppInProcess = {
  /** One HTTP request; a body that is neither text nor bytes goes out as JSON. */
  readonly ask: (method: HttpMethod, path: string, asking?: Asking) => Promise<Answered>;
  /** One message of the queue. */
  readonly deliver: (message: unknown) => Promise<void>;
  /** One run of the timer of that name, as if its time had come. */
  readonly timer: (name: string) => Promise<void>;
  /** Everything it logged, as text. */
  readonly logged: string[];
  readonly close: () => Promise<void>;
};

/** Loads the app with these settings and no others. It throws what the app throws when it refuses to start. */
export const loadApp = async (settings: Readonly<Record<string, string>>): Promise<AppInProcess> => {
  const functions = await registeredBy(settings);
  const logged: string[] = [];
  const context = (functionName: string): InvocationContext =>
    new InvocationContext({ functionName, logHandler: (_level, ...told) => logged.push(told.map(String).join(" ")) });

  return {
    logged,
    ask: async (method, path, { headers = {}, body } = {}) => {
      const isPlain = body === undefined || typeof body === "string" || body instanceof Uint8Array;
      const sent = isPlain ? body : JSON.stringify(body);
      const request = new HttpRequest({
        method,
        url: `http://some.other.host${path}`,
        headers: { ...headers },
        ...(sent !== undefined && { body: typeof sent === "string" ? { string: sent } : { bytes: sent } }),
      });
      const answer = await functions.http(request, context("api"));
      if (answer.status === undefined) throw new Error("The app gave no status.");
      const text = typeof answer.body === "string" ? answer.body : "";
      const answered = new Headers(answer.headers);
      return {
        status: answer.status,
        headers: answered,
        text,
        json: answered.get("content-type")?.startsWith("application/json") ? JSON.parse(text) : undefined,
      };
    },
    deliver: async (message) => {
      await functions.queue(message, context("deliver-notification"));
    },
    timer: async (name) => {
      const handler = functions.timers.get(name);
      if (!handler) throw new Error(`functions/index.ts registers no timer ${name}.`);
      const lastUpdated = new Date().toISOString();
      const scheduleStatus = { last: lastUpdated, next: lastUpdated, lastUpdated };
      await handler({ isPastDue: false, schedule: { adjustForDST: false }, scheduleStatus }, context(name));
    },
    close: functions.terminate,
  };
};

type Queue = (message: unknown, context: InvocationContext) => Promise<unknown>;
type Http = (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit>;
type RunTimer = (timer: Timer, context: InvocationContext) => unknown;
type Registered = {
  readonly http: Http;
  readonly queue: Queue;
  readonly timers: ReadonlyMap<string, RunTimer>;
  readonly terminate: () => Promise<void>;
};

/** Evaluates the app's entry once more, with a registry of ours in place of the platform's. */
const registeredBy = async (settings: Readonly<Record<string, string>>): Promise<Registered> => {
  const registered: { http?: Http; queue?: Queue; terminate?: Registered["terminate"] } = {};
  const timers = new Map<string, RunTimer>();
  const app = {
    setup: () => undefined,
    http: (_name: string, { handler }: { handler: Http }) => (registered.http = handler),
    serviceBusQueue: (_name: string, { handler }: { handler: Queue }) => (registered.queue = handler),
    timer: (name: string, { handler }: { handler: RunTimer }) => timers.set(name, handler),
    hook: { appTerminate: (handler: Registered["terminate"]) => (registered.terminate = handler) },
  };
  const environment = process.env;
  vi.resetModules();
  vi.doMock("@azure/functions", async (importActual) => ({ ...(await importActual<object>()), app }));
  try {
    process.env = { ...settings };
    await import("../../functions/index.ts");
  } finally {
    process.env = environment;
    vi.doUnmock("@azure/functions");
  }
  const { http, queue, terminate } = registered;
  if (!http || !queue || !terminate) throw new Error("functions/index.ts registers less than it did.");
  return { http, queue, timers, terminate };
};
