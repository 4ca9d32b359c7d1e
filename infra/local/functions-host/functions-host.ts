import type { ServiceBusClient } from "@azure/service-bus";
import { listen, type Running } from "../part.ts";
import { invoke } from "./app/invoke.ts";
import { loadApp, type LoadedApp } from "./app/load-app.ts";
import { logFailure, printLog } from "./app/log.ts";
import type { Worker } from "./app/worker.ts";
import { readHostJson, type HostJson } from "./host-json.ts";
import { corsOf } from "./http/cors.ts";
import type { Front } from "./http/front.ts";
import { createHttpServer } from "./http/http-server.ts";
import { messageExchanges } from "./http/message-exchange.ts";
import { streamExchanges } from "./http/stream-exchange.ts";
import { createClient } from "./service-bus/client.ts";
import { startPump, type Pump } from "./service-bus/pump.ts";
import { startTimer, type RunningTimer } from "./timers/timer.ts";
import { triggersOf, type HttpFunction, type ServiceBusFunction, type TimerFunction } from "./triggers.ts";
import { before, trackWork, type Work } from "./work.ts";

export type HostOptions = {
  /** The app's folder: package.json, host.json and the built entry point. */
  readonly appDir: string;
  readonly port: number;
  /** Where bindings look their settings up. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asked before the app; none by default, as on Azure. */
  readonly front?: Front | undefined;
};

/** Milliseconds from the request to stop until everything is closed, whatever still runs. */
const stopWithin = 4_000;

/**
 * Runs a built function app as Azure's host and Node worker would: HTTP, Service Bus queues and timers.
 * Throws `CannotStart` for whatever it does not do, and for bad settings; `AppFailed` when the app's code throws.
 */
export const startFunctionsHost = async ({ appDir, port, env, front }: HostOptions): Promise<Running> => {
  const hostJson = await readHostJson(appDir, env);
  const app = await loadApp(appDir);
  const functions = triggersOf(app.worker.functions(), { hostJson, env });
  const ofKind = <K extends (typeof functions)[number]["kind"]>(kind: K) =>
    functions.filter((one): one is Extract<(typeof functions)[number], { kind: K }> => one.kind === kind);
  const work = trackWork();

  const allowedOrigins = env.CORS_ALLOWED_ORIGINS ?? "";
  const http = await startHttp(app, ofKind("http"), { port, allowedOrigins, front, work });
  const bus = startServiceBus(app.worker, ofKind("service-bus"), { settings: hostJson.serviceBus, env, work });
  const timers = ofKind("timer").map((timer) => startRunning(app.worker, timer, work));

  const names = functions.map(({ name }) => name).join(", ");
  return {
    ready: `Functions host ready on http://127.0.0.1:${http.port} (functions: ${names || "none"})`,
    stop: () => stopGracefully({ http, bus, timers, work, worker: app.worker, front }),
  };
};

type Http = { readonly port: number; readonly stopTaking: () => void; readonly close: () => void };

type HttpOptions = Pick<HostOptions, "port" | "front"> & { readonly allowedOrigins: string; readonly work: Work };

const startHttp = async (
  { worker, streamServer }: LoadedApp,
  functions: readonly HttpFunction[],
  { port, allowedOrigins, front, work }: HttpOptions,
): Promise<Http> => {
  const answered = streamServer ? streamExchanges(worker, streamServer) : messageExchanges(worker);
  const server = createHttpServer({
    functions,
    cors: corsOf(allowedOrigins),
    front,
    answer: (exchange) => {
      if (!server.listening) exchange.response.setHeader("connection", "close");
      work.track(answered(exchange));
    },
  });
  return {
    port: await listen(server, "functions host", "http", port),
    stopTaking: () => {
      server.close();
      server.closeIdleConnections();
    },
    close: () => server.closeAllConnections(),
  };
};

type Bus = { readonly stopTaking: () => Promise<unknown>; readonly close: () => Promise<unknown> };

const startServiceBus = (
  worker: Worker,
  functions: readonly ServiceBusFunction[],
  { settings, env, work }: { settings: HostJson["serviceBus"]; env: HostOptions["env"]; work: Work },
): Bus => {
  const clients = new Map<string, ServiceBusClient>();
  for (const one of functions) {
    if (!clients.has(one.connection)) clients.set(one.connection, createClient(one, env));
  }
  const pumps = functions.flatMap((one): Pump[] => {
    const client = clients.get(one.connection);
    return client ? [startPump(one, { client, worker, settings, track: work.track })] : [];
  });
  return {
    stopTaking: () => Promise.allSettled(pumps.map((pump) => pump.stopTaking())),
    close: () => Promise.allSettled([...clients.values()].map((client) => client.close())),
  };
};

const startRunning = (worker: Worker, timer: TimerFunction, work: Work): RunningTimer =>
  startTimer(timer, (input) => {
    const { registration, trigger, name } = timer;
    const run = invoke(worker, { registration, trigger, input, metadata: {} }).finished.then(
      () => undefined,
      (error: unknown) => logFailure(name, error),
    );
    work.track(run);
    return run;
  });

type Parts = {
  http: Http;
  bus: Bus;
  timers: readonly RunningTimer[];
  work: Work;
  worker: Worker;
  front: Front | undefined;
};

/** Takes nothing new, finishes what runs, tells the app, closes: in that order, and never longer than `stopWithin`. */
const stopGracefully = async ({ http, bus, timers, work, worker, front }: Parts): Promise<void> => {
  const deadline = performance.now() + stopWithin;
  const within = (share: number): number => Math.max(0, (deadline - performance.now()) * share);
  http.stopTaking();
  for (const timer of timers) timer.stop();
  await before(within(0.5), bus.stopTaking());
  const unfinished = await work.idle(within(0.8));
  if (unfinished > 0)
    printLog("warning", `The functions host stops; ${unfinished} invocations did not finish in time.`);
  const terminating = worker.runHooks("appTerminate", { hookData: {}, appHookData: worker.appHookData });
  await before(
    within(0.7),
    terminating.catch((error: unknown) => logFailure("appTerminate hook", error)),
  );
  http.close();
  await before(within(1), Promise.allSettled([bus.close(), front?.close()]));
};
