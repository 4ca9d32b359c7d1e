import { recordOf, resourcesOf, type Resource } from "./evaluated-module.ts";

/** What infra/modules/alerts.bicep makes, for a Premium namespace. */
export const resources = resourcesOf("infra/modules/alerts.bicep", {
  location: "westeurope",
  tags: {},
  appName: "app",
  workspaceId: "/workspace",
  namespaceId: "/namespace",
  isPremium: true,
  queueName: "fanout",
  dataAccountId: "/account",
  instanceMemoryMB: 2_048,
  emails: ["night@contoso.com"],
  webhooks: { pager: "https://pager.contoso.com/secret" },
});
const ofType = (type: string): readonly Resource[] =>
  resources.filter((resource) => resource.type === `Microsoft.Insights/${type}`);
export const logAlerts = ofType("scheduledQueryRules");
export const alerts = [...logAlerts, ...ofType("metricAlerts")];
export const nameOf = ({ body }: Resource): string => String(body.name).replace(/^app-/, "");
export const propertiesOf = ({ body }: Resource) => recordOf(body.properties);
export const conditionOf = (alert: Resource) => {
  const { allOf } = recordOf(propertiesOf(alert).criteria);
  return recordOf(Array.isArray(allOf) && allOf.length === 1 ? allOf[0] : undefined);
};
export const alertOf = (name: string): Resource => {
  const found = alerts.find((alert) => nameOf(alert) === name);
  if (!found) throw new Error(`there is no alert ${name}`);
  return found;
};
export const queryOf = (alert: Resource): string => String(conditionOf(alert).query);
export const isPage = (alert: Resource): boolean => JSON.stringify(propertiesOf(alert).actions).includes(`-page"`);
