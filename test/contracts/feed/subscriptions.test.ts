import { keyCases } from "./subscriptions-keys.cases.ts";
import { limitCases } from "./subscriptions-limit.cases.ts";
import { removalCases } from "./subscriptions-removed.cases.ts";
import { renewalCases } from "./subscriptions-renewed.cases.ts";
import { sealedCases } from "./subscriptions-sealed.cases.ts";
import { startTables } from "./subscriptions-under-test.ts";

startTables();

renewalCases();
keyCases();
removalCases();
limitCases();
sealedCases();
