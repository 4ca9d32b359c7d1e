import { evaluatedModule, mainBicep, recordOf, type Evaluated, type Resource } from "./evaluated-module.ts";
import { assignedTo, declaredIn } from "./declared.ts";
import { valueOf } from "./evaluated-expression.ts";
import { parsedParameters } from "./parsed-bicep.ts";

/** Keys of nobody. */
export const samples = {
  dataKeys: `k1:${Buffer.alloc(32, 7).toString("base64")}`,
  vapidPublicKey: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  previousPublicKey: "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
  previousPrivateKey: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE",
  vapidPrivateKey: "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94",
};

const least = {
  environmentName: "test",
  tokenAudiences: ["api://fanfare"],
  vapidPublicKey: samples.vapidPublicKey,
  vapidSubject: "mailto:operator@fanfare.example",
};

/** What main.bicep makes of as few parameters as it takes, and of these. */
export const deployed = (parameters: Readonly<Record<string, unknown>> = {}): Evaluated =>
  evaluatedModule(mainBicep, { ...least, ...parameters });

/** Likewise of all that can be switched on. */
export const deployedWhole = (): Evaluated => (whole ??= deployed(everything));
let whole: Evaluated | undefined;

/** Parameters that switch on all that can be. */
export const everything = {
  dataKeys: samples.dataKeys,
  vapidPrivateKey: samples.vapidPrivateKey,
  operatorPrincipalId: "00000000-0000-4000-8000-000000000009",
  busSku: "Premium",
  privateNetwork: true,
  deletionLock: true,
  zoneRedundant: true,
  corsAllowedOrigins: ["https://app.contoso.example"],
  otlpEndpoint: "https://collector.contoso.example",
  otlpHeadersInVault: true,
  vapidPreviousPublicKey: samples.previousPublicKey,
  channelCredentials: { apns: ["default"], fcm: ["default", "tenant-2"], wns: ["default"] },
};

/** The values that infra/main.bicepparam gives in such an environment. */
export const exampleParameters = (
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, unknown>> => {
  const scope = {
    look: (name: string): never => {
      throw new Error(`the example does not say what ${name} is`);
    },
    load: () => "",
    environmentVariable: (name: string) => env[name],
  };
  const declared = declaredIn(parsedParameters(mainBicep.replace(/\.bicep$/, ".bicepparam")));
  return Object.fromEntries(declared.map(({ name, node }) => [name, valueOf(assignedTo(node), scope)]));
};

/** The resources of that type. */
export const ofType = ({ resources }: Evaluated, type: string): readonly Resource[] =>
  resources.filter((resource) => resource.type === type);

/** What a resource's `properties` are. */
export const propertiesOf = (resource: Resource | undefined): Readonly<Record<string, unknown>> =>
  recordOf(resource?.body.properties);

/** The app settings, by their names. */
export const settingsOf = (deployment: Evaluated): Readonly<Record<string, string>> => {
  const settings = propertiesOf(
    ofType(deployment, "Microsoft.Web/sites/config").find(({ body }) => body.name === "appsettings"),
  );
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => {
      // The platform takes texts alone.
      if (typeof value !== "string") throw new Error(`the setting ${name} is no text`);
      return [name, value];
    }),
  );
};
