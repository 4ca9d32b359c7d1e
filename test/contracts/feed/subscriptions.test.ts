import { limitCases } from "./subscriptions-limit.cases.ts";
import { removalCases } from "./subscriptions-removed.cases.ts";
import { renewalCases } from "./subscriptions-renewed.cases.ts";
import { sealedCases } from "./subscriptions-sealed.cases.ts";
import { startTables } from "./subscriptions-under-test.ts";

startTables();

renewalCases();
removalCases();
limitCases();
sealedCases();
