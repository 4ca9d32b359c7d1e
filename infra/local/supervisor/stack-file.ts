import { pushAuthority, seededUser, type Stack } from "./stack.ts";
import type { SeededDevice } from "./seed.ts";

/** The contents of stack.json: all that tests and tools need to use the running stack, secrets included. */
export const stackFile = async (stack: Stack, devices: readonly SeededDevice[]) => ({
  httpUrl: stack.httpUrl,
  tokenUrl: stack.tokenUrl,
  issuer: stack.issuer,
  audience: stack.audience,
  apps: stack.secrets.apps,
  users: [{ upn: seededUser, password: stack.secrets.userPassword }],
  webpush: { url: stack.webpush.url, controlUrl: stack.webpush.controlUrl, ca: await pushAuthority(stack) },
  serviceBus: { connectionString: stack.serviceBus.connectionString, adminUrl: stack.serviceBus.adminUrl },
  tables: stack.tables,
  devices,
});
