import { browserUrlOf } from "../webpush/browsers/browser-url.ts";
import { seededUser } from "../seeded-user.ts";
import type { SeededDevice } from "./seed.ts";
import { pushAuthority, type PushServiceName, type Stack } from "./stack.ts";

const pushService = async (stack: Stack, name: PushServiceName) => {
  const { url, controlUrl } = stack[name];
  return { url, controlUrl, ca: await pushAuthority(stack, name) };
};

/** The contents of stack.json: all that tests and tools need to use the running stack, secrets included. */
export const stackFile = async (stack: Stack, devices: readonly SeededDevice[]) => ({
  /** Where the parts keep their state and their secrets: not beside this file when nothing is to outlive the stack. */
  stateDir: stack.directory,
  httpUrl: stack.httpUrl,
  tokenUrl: stack.tokenUrl,
  issuer: stack.issuer,
  audience: stack.audience,
  apps: stack.secrets.apps,
  users: [{ upn: seededUser, password: stack.secrets.userPassword }],
  /** `browserUrl` is what a real Firefox takes as its `dom.push.serverURL`. */
  webpush: { ...(await pushService(stack, "webpush")), browserUrl: browserUrlOf(stack.webpush.controlUrl) },
  apns: await pushService(stack, "apns"),
  fcm: await pushService(stack, "fcm"),
  wns: await pushService(stack, "wns"),
  serviceBus: { connectionString: stack.serviceBus.connectionString, adminUrl: stack.serviceBus.adminUrl },
  tables: stack.tables,
  devices,
});
