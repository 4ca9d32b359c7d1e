import { ServiceBusClient, type ServiceBusClientOptions } from "@azure/service-bus";
import { azureCredential } from "../../../../shared/azure-credential.http.ts";
import { CannotStart } from "../../cannot-start.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The SDK goes on for ever in cycles of these; short, because a local bus is back within seconds. */
const options: ServiceBusClientOptions = {
  retryOptions: { maxRetries: 2, retryDelayInMs: 500, timeoutInMs: 10_000 },
};

/**
 * A client for a trigger's `connection`: the setting of that name is a connection string, or
 * `<name>__fullyQualifiedNamespace` names the namespace and the credential is Azure's default one.
 * Throws `CannotStart`, naming the function and the setting but never its value.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus-trigger#connections
 */
export const createClient = (
  { name, connection }: { readonly name: string; readonly connection: string },
  env: Environment,
): ServiceBusClient => {
  const connectionString = env[connection];
  const host = env[`${connection}__fullyQualifiedNamespace`];
  const refuse = (what: string): never => {
    throw new CannotStart(`Function ${name}: ${what}`);
  };
  if (connectionString) {
    try {
      return new ServiceBusClient(connectionString, options);
    } catch {
      return refuse(`the setting ${connection} is not a Service Bus connection string.`);
    }
  }
  if (!host) return refuse(`neither ${connection} nor ${connection}__fullyQualifiedNamespace is set.`);
  return new ServiceBusClient(host, azureCredential(env[`${connection}__clientId`]), options);
};
