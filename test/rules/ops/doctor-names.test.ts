import { expect, test } from "vitest";
import { settingsSchema } from "../../../functions/settings.ts";
import { nearMisses } from "../../../infra/ops/doctor/near-misses.ts";

const misses = (...names: readonly string[]) => nearMisses(Object.fromEntries(names.map((name) => [name, "5"])));

test.each([
  ["BACKLOG_LIMTI", "BACKLOG_LIMIT"],
  ["BACKLOGLIMIT", "BACKLOG_LIMIT"],
  ["backlog_limit", "BACKLOG_LIMIT"],
  ["TOKEN_ISSUER", "TOKEN_ISSUERS"],
  ["DATA_KEY", "DATA_KEYS"],
  ["VAPID_PREVIOUS_PRIVAT_KEY", "VAPID_PREVIOUS_PRIVATE_KEY"],
  ["APNS_CREDENTIALS_DEFAULT", "APNS_CREDENTIAL_DEFAULT"],
  ["TablesConnection_endpoint", "TablesConnection__endpoint"],
])("%s is told as a slip of %s", (name, meant) => {
  expect(misses(name)).toEqual([{ name, meant }]);
});

/** https://learn.microsoft.com/azure/azure-functions/functions-app-settings, and what the platform and its tools add by themselves. */
const platforms = [
  "APPINSIGHTS_INSTRUMENTATIONKEY",
  "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
  "APPLICATIONINSIGHTS_ENABLE_AGENT",
  "AZURE_CLIENT_ID",
  "AZURE_FUNCTIONS_ENVIRONMENT",
  "AZURE_TENANT_ID",
  "AZURE_SUBSCRIPTION_ID",
  "AZURE_KEY_VAULT_NAME",
  "AzureFunctionsJobHost__logging__logLevel__default",
  "AzureFunctionsWebHost__hostid",
  "AzureWebJobsDisableHomepage",
  "AzureWebJobsDotNetReleaseCompilation",
  "AzureWebJobsFeatureFlags",
  "AzureWebJobsSecretStorageType",
  "AzureWebJobsStorage",
  "AzureWebJobsStorage__accountName",
  "AzureWebJobsStorage__blobServiceUri",
  "AzureWebJobsStorage__clientId",
  "AzureWebJobsStorage__credential",
  "DEPLOYMENT_STORAGE_CONNECTION_STRING",
  "ENABLE_ORYX_BUILD",
  "FUNCTIONS_EXTENSION_VERSION",
  "FUNCTIONS_NODE_BLOCK_ON_ENTRY_POINT_ERROR",
  "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT",
  "FUNCTIONS_WORKER_PROCESS_COUNT",
  "FUNCTIONS_WORKER_RUNTIME",
  "OTEL_EXPORTER_OTLP_PROTOCOL",
  "OTEL_RESOURCE_ATTRIBUTES",
  "OTEL_TRACES_SAMPLER",
  "OTEL_TRACES_SAMPLER_ARG",
  "SCALE_CONTROLLER_LOGGING_ENABLED",
  "SCM_DO_BUILD_DURING_DEPLOYMENT",
  "ServiceBusConnection__credential",
  "TZ",
  "WEBSITE_CONTENTSHARE",
  "WEBSITE_HOSTNAME",
  "WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT",
  "WEBSITE_NODE_DEFAULT_VERSION",
  "WEBSITE_RUN_FROM_PACKAGE",
  "WEBSITE_TIME_ZONE",
  "languageWorkers__node__arguments",
];

test("no setting of the app's or the platform's is told as a slip, nor a credential of whatever name", () => {
  const own = [...Object.keys(settingsSchema.shape), "APNS_CREDENTIAL_CONTOSO", "FCM_CREDENTIAL_D"];
  expect(misses(...own, ...platforms, "PATH", "HOME", "FANFARE_HTTP_PORT")).toEqual([]);
});
