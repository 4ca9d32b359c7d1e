import * as z from "zod";
import { CannotStart } from "../cannot-start.ts";
import type { Binding, Registration } from "./app/core-contract.ts";
import type { HostJson } from "./host-json.ts";
import { parseRoute, type Route } from "./http/route.ts";
import { subQueueOf, type QueueAddress } from "./service-bus/queue-address.ts";
import { parseSchedule, type Schedule } from "./timers/schedule.ts";

type Environment = Readonly<Record<string, string | undefined>>;

type Common = {
  readonly registration: Registration;
  /** The function's name, and the name of its trigger's binding. */
  readonly name: string;
  readonly trigger: string;
};
export type HttpFunction = Common & {
  readonly kind: "http";
  readonly methods: readonly string[];
  readonly route: Route;
};
export type ServiceBusFunction = Common & {
  readonly kind: "service-bus";
  /** Name of the setting, or prefix of the settings, that say where the namespace is. */
  readonly connection: string;
  readonly queue: QueueAddress;
  readonly completes: boolean;
};
export type TimerFunction = Common & {
  readonly kind: "timer";
  readonly schedule: Schedule;
  readonly runOnStartup: boolean;
};
export type TriggeredFunction = HttpFunction | ServiceBusFunction | TimerFunction;

/**
 * What the registered functions are triggered by. Throws `CannotStart`, with a sentence for each function and binding,
 * when one asks for what only Azure's own host does: nothing is left out silently.
 */
export const triggersOf = (
  registrations: readonly Registration[],
  { hostJson, env }: { hostJson: HostJson; env: Environment },
): readonly TriggeredFunction[] => {
  const faults: string[] = [];
  const functions = registrations.flatMap((registration) => {
    try {
      return [triggerOf(registration, { hostJson, env })];
    } catch (error) {
      if (!(error instanceof CannotStart)) throw error;
      faults.push(error.message);
      return [];
    }
  });
  if (faults.length > 0) throw new CannotStart(faults.join("\n"));
  return functions;
};

type Context = { hostJson: HostJson; env: Environment };

const triggerOf = (registration: Registration, context: Context): TriggeredFunction => {
  const { name, bindings, retryOptions } = registration.metadata;
  const refuse = (what: string): never => {
    throw new CannotStart(`Function ${name}: ${what}`);
  };
  if (retryOptions !== undefined) refuse("retry policies are not imitated here; schedule another message instead.");
  const entries = Object.entries(bindings);
  const [trigger, binding] = entries.find(([, { type }]) => /trigger$/i.test(type)) ?? refuse("it has no trigger.");
  for (const [bindingName, { type, direction }] of entries) {
    const isHttpAnswer = bindingName === "$return" && type === "http";
    if (bindingName !== trigger && !isHttpAnswer) {
      refuse(
        `binding ${bindingName} (${type}, ${direction ?? "in"}) is not imitated here; use the service's own client.`,
      );
    }
  }
  if (binding.properties?.supportsDeferredBinding === "true")
    refuse(`${trigger} asks for SDK bindings, not imitated here.`);
  const common = { registration, name, trigger };
  switch (binding.type.toLowerCase()) {
    case "httptrigger":
      return { ...common, ...httpOf(binding, { name, prefix: context.hostJson.http.routePrefix, refuse }) };
    case "servicebustrigger":
      return { ...common, ...serviceBusOf(binding, { ...context, refuse }) };
    case "timertrigger":
      return { ...common, ...timerOf(binding, { ...context, refuse }) };
    default:
      return refuse(`trigger ${binding.type} is not imitated here; only HTTP, Service Bus queues and timers are.`);
  }
};

type Refuse = (what: string) => never;

const httpSchema = z.looseObject({
  authLevel: z.string().default("anonymous"),
  methods: z.array(z.string()),
  route: z.string().optional(),
});

const httpOf = (binding: Binding, { name, prefix, refuse }: { name: string; prefix: string; refuse: Refuse }) => {
  const { authLevel, methods, route } = parsed(httpSchema, binding, refuse);
  if (authLevel.toLowerCase() !== "anonymous") {
    refuse(
      `authLevel "${authLevel}" needs function keys, which only Azure has; use "anonymous" and check callers in code.`,
    );
  }
  const text = [prefix, route ?? name].filter((part) => part !== "").join("/");
  const template = parseRoute(text);
  if ("fault" in template) return refuse(`route "${text}": ${template.fault}`);
  return { kind: "http", methods: methods.map((method) => method.toUpperCase()), route: template } as const;
};

const serviceBusSchema = z.looseObject({
  connection: z.string().default("AzureWebJobsServiceBus"),
  queueName: z.string().optional(),
  topicName: z.string().optional(),
  isSessionsEnabled: z.boolean().optional(),
  autoCompleteMessages: z.boolean().optional(),
  cardinality: z.string().optional(),
  dataType: z.string().optional(),
});

const serviceBusOf = (binding: Binding, { hostJson, env, refuse }: Context & { refuse: Refuse }) => {
  const settings = parsed(serviceBusSchema, binding, refuse);
  if (settings.topicName !== undefined) refuse("topics are not imitated here, only queues.");
  if (settings.isSessionsEnabled) refuse("sessions are not imitated here.");
  if (settings.cardinality?.toLowerCase() === "many") refuse('cardinality "many" is not imitated here, only "one".');
  if (settings.dataType !== undefined && settings.dataType !== "string") {
    refuse(`dataType "${settings.dataType}" is not imitated here; messages arrive as strings or JSON.`);
  }
  if (settings.queueName === undefined) return refuse("its Service Bus trigger names no queue.");
  return {
    kind: "service-bus",
    connection: settings.connection,
    queue: subQueueOf(resolved(settings.queueName, env, refuse)),
    completes: settings.autoCompleteMessages ?? hostJson.serviceBus.autoCompleteMessages,
  } as const;
};

const timerSchema = z.looseObject({ schedule: z.string(), runOnStartup: z.boolean().default(false) });

const timerOf = (binding: Binding, { env, refuse }: Context & { refuse: Refuse }) => {
  const settings = parsed(timerSchema, binding, refuse);
  const schedule = parseSchedule(resolved(settings.schedule, env, refuse));
  if ("fault" in schedule) return refuse(schedule.fault);
  return { kind: "timer", schedule, runOnStartup: settings.runOnStartup } as const;
};

const parsed = <T>(schema: z.ZodType<T>, binding: Binding, refuse: Refuse): T => {
  const result = schema.safeParse(binding);
  return result.success ? result.data : refuse(`${binding.type}: ${z.prettifyError(result.error)}`);
};

/** Puts settings in for `%NAME%`, as bindings may be written. */
const resolved = (text: string, env: Environment, refuse: Refuse): string =>
  text.replace(/%([^%]+)%/g, (_, setting: string) => {
    const value = env[setting];
    return value === undefined || value === ""
      ? refuse(`the setting ${setting}, named as %${setting}%, is missing.`)
      : value;
  });
