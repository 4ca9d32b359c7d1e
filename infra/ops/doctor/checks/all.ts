import type { Check } from "../check.ts";
import { appsCheck } from "./apps.ts";
import { clockCheck } from "./clock.http.ts";
import { corsCheck } from "./cors.ts";
import { credentialsCheck } from "./credentials.http.ts";
import { dataKeysCheck } from "./data-keys.ts";
import { issuersCheck } from "./issuers.http.ts";
import { queueCheck } from "./queue.bus.ts";
import { serviceCheck } from "./service.http.ts";
import { settingsCheck } from "./settings.ts";
import { tablesCheck } from "./tables.ts";
import { vapidCheck } from "./vapid.http.ts";

/** In the order in which they are told. They run at the same time. */
export const checks: readonly Check[] = [
  settingsCheck,
  serviceCheck,
  tablesCheck,
  queueCheck,
  issuersCheck,
  dataKeysCheck,
  vapidCheck,
  credentialsCheck,
  appsCheck,
  corsCheck,
  clockCheck,
];
