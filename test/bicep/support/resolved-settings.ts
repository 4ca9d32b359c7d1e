import { samples } from "./deployments.ts";

const secrets: Readonly<Record<string, string | undefined>> = {
  "data-keys": samples.dataKeys,
  "vapid-private-key": samples.vapidPrivateKey,
  "vapid-previous-private-key": samples.previousPrivateKey,
  "otel-exporter-otlp-headers": "authorization=none",
};

/**
 * The settings as an app sees them: the platform puts the secrets into the references' place before it starts the app. A credential of a
 * vendor that nobody has put there stays a reference, as on Azure.
 * https://learn.microsoft.com/azure/app-service/app-service-key-vault-references
 */
export const resolvedSettings = (settings: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => {
      const [, secret = ""] = /^@Microsoft\.KeyVault\(SecretUri=.*\/([\w-]+)\)$/.exec(value) ?? [];
      return [name, secrets[secret] ?? value];
    }),
  );
