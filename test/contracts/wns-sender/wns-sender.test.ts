import { contentCases } from "./content.cases.ts";
import { refusalCases } from "./refusals.cases.ts";
import { tokenCases } from "./tokens.cases.ts";
import { oneWnsServes } from "./wns-under-test.ts";

oneWnsServes();
contentCases();
tokenCases();
refusalCases();
