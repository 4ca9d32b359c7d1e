import type { LocalStack } from "../../support/stack.ts";
import { startSite, type Site } from "./site.ts";

/** A web app of somebody's own, on an origin of its own, that uses the client as the service serves it. */
export type AppSite = Site & {
  /**
   * From now on the app uses this stack, as this user; `account` is the user's name. `serving`: what its worker hands to
   * `serveNotifications`, as a script; by default a `getToken` of its own.
   */
  readonly use: (stack: LocalStack, user: string, serving?: string) => void;
  /** The app's server hands out so many tokens, from now on, that the service refuses. */
  readonly spoilTokens: (count: number) => void;
};

/**
 * Starts it, before the stack, which has to allow its origin (`CORS_ALLOWED_ORIGINS`). Its page puts a `UserNotificationClient` on
 * `window.client`; its worker serves notifications; both get the user's token from the app's own server.
 */
export const startAppSite = async (): Promise<AppSite> => {
  let service = "";
  let account = "";
  let serving = ownTokens;
  let token = (): Promise<string> => Promise.reject(new Error("no stack is used yet"));
  let targetHostName = "";
  let spoilt = 0;
  const files: Readonly<Record<string, () => Promise<readonly [type: string, text: string]>>> = {
    "/": () => Promise.resolve(["text/html;charset=utf-8", page]),
    "/blank": () => Promise.resolve(["text/html;charset=utf-8", "<!doctype html><title>No client here</title>"]),
    "/app.js": () => Promise.resolve(["text/javascript", appScript({ service, account, targetHostName })]),
    "/service-worker.js": () => Promise.resolve(["text/javascript", workerScript(service, serving)]),
    "/token": async () => ["text/plain", spoilt-- > 0 ? "not a token any more" : await token()],
  };
  const site = await startSite((request, response) => {
    const file = files[new URL(request.url ?? "/", "http://localhost").pathname];
    void (file?.() ?? Promise.reject(new Error("no such file"))).then(
      ([type, text]) => response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(text),
      () => response.writeHead(404).end(),
    );
  });
  return {
    ...site,
    use: (stack, user, options = ownTokens) => {
      serving = options;
      service = stack.stack.httpUrl;
      account = user;
      targetHostName = stack.stack.apps[0]?.hostName ?? "";
      token = () => stack.token({ user });
      spoilt = 0;
    },
    spoilTokens: (count) => {
      spoilt = count;
    },
  };
};

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>An app</title>
<script type="module" src="/app.js"></script>
</html>
`;

const appScript = (use: { readonly service: string; readonly account: string; readonly targetHostName: string }) => `
import { UserNotificationClient } from "${use.service}/client/fanfare.js";
const getToken = async () => (await fetch("/token")).text();
window.client = new UserNotificationClient({ targetHostName: "${use.targetHostName}", account: "${use.account}", getToken });
await navigator.serviceWorker.register("/service-worker.js");
window.registration = await navigator.serviceWorker.ready;
window.isReady = true;
`;

const ownTokens = '{ getToken: async () => (await fetch("/token")).text() }';

const workerScript = (service: string, serving: string): string => `
importScripts("${service}/client/fanfare-service-worker.js");
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
fanfare.serveNotifications(${serving});
`;
