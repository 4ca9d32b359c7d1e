import { relative } from "node:path";
import { browserUrlOf } from "../webpush/browsers/browser-url.ts";
import { passwordCommand } from "../identity/password-command.ts";
import { seededUser } from "../seeded-user.ts";
import type { Stack } from "./stack.ts";

export type SummaryOptions = {
  readonly stackFile: string;
  /** Where Azure Functions Core Tools find their settings, when they are to run the app. */
  readonly localSettings: string | undefined;
};

/** What a user wants to know once all is ready. Holds no secret: the commands read them from stack.json. */
export const summary = (stack: Stack, { stackFile, localSettings }: SummaryOptions): string => {
  const app = stack.secrets.apps[0]?.hostName ?? "";
  const lines = [
    "",
    ...(localSettings === undefined ? inbox(stack, stackFile) : []),
    `  API            ${stack.httpUrl}/beta/me/notifications/`,
    `  Tokens         ${stack.tokenUrl}`,
    `  Web Push       ${stack.webpush.url}, control ${stack.webpush.controlUrl}`,
    `  Firefox        ${browserUrlOf(stack.webpush.controlUrl)} is its dom.push.serverURL, to ring a real one`,
    `  APNs           ${stack.apns.url}, control ${stack.apns.controlUrl}`,
    `  FCM            ${stack.fcm.url}, control ${stack.fcm.controlUrl}`,
    `  WNS            ${stack.wns.url}, control ${stack.wns.controlUrl}`,
    `  Service Bus    ${stack.serviceBus.isOurs ? `127.0.0.1:${stack.ports.serviceBus}, admin ${stack.serviceBus.adminUrl ?? ""}` : "as SERVICEBUS_CONNECTION says"}`,
    `  Tables         127.0.0.1:${stack.ports.tables} (Azurite saves every 5 s: a crash loses what came after)`,
    `  App            ${app}; its credentials and everybody's are in ${here(stackFile)}`,
    "",
    ...(localSettings === undefined ? sendOne(stackFile, app) : funcStart(localSettings)),
  ];
  return lines.join("\n");
};

const inbox = ({ httpUrl }: Stack, stackFile: string): string[] => [
  `  Inbox          ${httpUrl}/ for a browser; any user name signs in, ${seededUser} has devices. The one password:`,
  `                 ${passwordCommand(here(stackFile))}`,
];

const funcStart = (localSettings: string): string[] => [
  `The functions host is yours: ${here(localSettings)} holds its settings.`,
  "With Azure Functions Core Tools installed, run in another terminal:",
  "",
  "  npm run build && func start",
  "",
];

const sendOne = (stackFile: string, app: string): string[] => {
  const notification = {
    targetHostName: app,
    appNotificationId: "hello",
    payload: {
      rawContent: "Hello from your own server",
      visualContent: { title: "Hello", body: "from your own server" },
    },
  };
  return [
    "Send a notification to the browser, the PC and both phones: paste this into another terminal.",
    "",
    `stack() { node -p "JSON.parse(require('fs').readFileSync('${stackFile}')).$1"; }`,
    `TOKEN=$(curl -s "$(stack tokenUrl)" -d grant_type=client_credentials -d "client_id=$(stack 'apps[0].clientId')" \\`,
    `  --data-urlencode "client_secret=$(stack 'apps[0].clientSecret')" | node -p 'JSON.parse(require("fs").readFileSync(0)).access_token')`,
    `curl -i -w '\\n' "$(stack httpUrl)/beta/me/notifications/" -H "Authorization: Bearer $TOKEN" \\`,
    `  -H "X-UNS-ID: $(stack 'devices[0].unsid')" -H 'Content-Type: application/json' \\`,
    `  -d '${JSON.stringify(notification)}'`,
    "",
  ];
};

/** As the user would type it: relative where that is shorter. */
const here = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
};
