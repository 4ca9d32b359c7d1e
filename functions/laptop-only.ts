import { listOf, type Environment } from "./settings.ts";

const isLoopback = (url: string | undefined): boolean =>
  url !== undefined && URL.canParse(url) && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);

/** Azure sets these on every instance; Core Tools on a laptop sets only WEBSITE_HOSTNAME. */
const azureMarks = ["WEBSITE_INSTANCE_ID", "WEBSITE_SITE_NAME", "WEBSITE_POD_NAME", "IDENTITY_ENDPOINT"];

/**
 * What must not leave a laptop (a push host of one's own, plain http, emulators) is taken only where three independent signs
 * say that this is one. A fault for each such setting found elsewhere, with the sign that was missing.
 */
export const laptopFaults = (env: Environment): string[] => {
  const mark = azureMarks.find((name) => env[name]);
  const missing = [
    ...(env.AZURE_FUNCTIONS_ENVIRONMENT === "Development" ? [] : ["AZURE_FUNCTIONS_ENVIRONMENT is not Development"]),
    ...(isLoopback(env.PUBLIC_URL) ? [] : ["PUBLIC_URL is not loopback"]),
    ...(mark === undefined ? [] : [`${mark} is set, as on Azure`]),
  ];
  if (missing.length === 0) return [];
  const only = `is for local development only, and ${missing.join(" and ")}`;
  return [
    ...(env.PUSH_HOSTS_EXTRA ? [`PUSH_HOSTS_EXTRA ${only}`] : []),
    ...(env.PUSH_EXTRA_CA ? [`PUSH_EXTRA_CA ${only}`] : []),
    ...vendorUrls.flatMap((name) => (env[name] ? [`${name} ${only}`] : [])),
    ...(env.SERVICEBUS_ADMIN_URL ? [`SERVICEBUS_ADMIN_URL ${only}`] : []),
    ...(listOf(env.TOKEN_ISSUERS ?? "").some((issuer) => /^http:/i.test(issuer))
      ? [`TOKEN_ISSUERS: an http issuer ${only}`]
      : []),
    ...(/^http:/i.test(env.PUBLIC_URL ?? "") ? [`PUBLIC_URL: plain http ${only}`] : []),
    ...(/UseDevelopmentEmulator=true/i.test(env.ServiceBusConnection ?? "")
      ? [`ServiceBusConnection: an emulator ${only}`]
      : []),
    ...(isPlainTables(env) ? [`TablesConnection: plain http ${only}`] : []),
  ];
};

/** Our credentials would go there. */
const vendorUrls = ["APNS_URL", "APNS_SANDBOX_URL", "FCM_URL", "FCM_TOKEN_URL", "WNS_TOKEN_URL"] as const;

const isPlainTables = ({ TablesConnection = "", TablesConnection__endpoint = "" }: Environment): boolean =>
  /http:\/\/|DefaultEndpointsProtocol=http(;|$)|UseDevelopmentStorage=true/i.test(
    `${TablesConnection}\n${TablesConnection__endpoint}`,
  );
