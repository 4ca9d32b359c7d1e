import { contentCases } from "./content.cases.ts";
import { oneFcmServes } from "./fcm-under-test.ts";
import { refusalCases } from "./refusals.cases.ts";
import { tokenCases } from "./tokens.cases.ts";

oneFcmServes();
contentCases();
tokenCases();
refusalCases();
