import { answerCases } from "./answers.cases.ts";
import { egressCases } from "./egress.cases.ts";
import { faultCases } from "./faults.cases.ts";
import { onePushServiceServes } from "./sender-under-test.ts";
import { sizeCases } from "./sizes.cases.ts";

onePushServiceServes();
answerCases();
sizeCases();
faultCases();
egressCases();
