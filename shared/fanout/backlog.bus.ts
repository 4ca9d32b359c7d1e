import { ServiceBusAdministrationClient } from "@azure/service-bus";
import type { BusAccess } from "./fanout.bus.ts";
import { fanoutQueue } from "./fanout.ts";

/** How many messages of a queue wait to be received. */
export type Backlog = () => Promise<number>;

type Options = {
  /** Where an emulator's administration answers, if not where the connection string says. */
  readonly adminUrl?: string | undefined;
  /** 3,000 milliseconds by default. */
  readonly timeLimitMs?: number;
};

/**
 * Asks how many messages wait in the queue `fanout` to be received; scheduled ones are not counted. Rejects when the bus does not say so in
 * time, or will not: an identity needs the role *Azure Service Bus Data Owner* on the queue, a key the claim Manage.
 * Undefined for an emulator whose administration is not told: there is nobody to ask.
 */
export const busBacklog = (access: BusAccess, { adminUrl, timeLimitMs = 3_000 }: Options = {}): Backlog | undefined => {
  if (isUntold(access, adminUrl)) return undefined;
  let client: ServiceBusAdministrationClient | undefined;
  return async () => {
    client ??= clientOf(access, adminUrl);
    const abortSignal = AbortSignal.timeout(timeLimitMs);
    const { activeMessageCount } = await client.getQueueRuntimeProperties(fanoutQueue, { abortSignal });
    return activeMessageCount;
  };
};

/**
 * Who tells of the bus' queues; undefined for an emulator whose administration is not told. Its calls reject with the SDK's errors: with the
 * status 401 or 403 for whoever may not manage the queue. A look that fails is not repeated: the next one comes soon enough.
 */
export const administrationOf = (
  access: BusAccess,
  adminUrl: string | undefined,
): ServiceBusAdministrationClient | undefined => (isUntold(access, adminUrl) ? undefined : clientOf(access, adminUrl));

const isUntold = (access: BusAccess, adminUrl: string | undefined): boolean =>
  adminUrl === undefined &&
  access.kind === "connection-string" &&
  /UseDevelopmentEmulator=true/i.test(access.connectionString);

const options = { retryOptions: { maxRetries: 0 } };

const clientOf = (access: BusAccess, adminUrl: string | undefined): ServiceBusAdministrationClient => {
  const client =
    access.kind === "identity"
      ? new ServiceBusAdministrationClient(access.fullyQualifiedNamespace, access.credential, options)
      : new ServiceBusAdministrationClient(access.connectionString, options);
  return adminUrl === undefined ? client : answeredAt(client, adminUrl);
};

/** The SDK (7.9.5) calls https on the broker's own port, whatever the connection string says: sends its calls where they are answered. */
export const answeredAt = (
  client: ServiceBusAdministrationClient,
  adminUrl: string,
): ServiceBusAdministrationClient => {
  client.pipeline.addPolicy({
    name: "administration address",
    sendRequest: (request, next) => {
      const { pathname, search } = new URL(request.url);
      request.url = new URL(`${pathname}${search}`, adminUrl).href;
      request.allowInsecureConnection = adminUrl.startsWith("http:");
      return next(request);
    },
  });
  return client;
};
