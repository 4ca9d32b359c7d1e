import type * as fanfareWorker from "../../../../shared/client/fanfare-service-worker.ts";
import { newGetToken } from "./tokens.http.ts";

declare const fanfare: typeof fanfareWorker;
declare const importScripts: (address: string) => void;

importScripts("/client/fanfare-service-worker.js");
fanfare.serveNotifications({ getToken: newGetToken(), appName: "Fanfare" });
