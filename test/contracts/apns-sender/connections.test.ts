import { oneServerAllowsTwo } from "./connections-under-test.ts";
import { dyingCases } from "./dying.cases.ts";
import { resetCases } from "./resets.cases.ts";
import { sharingCases } from "./sharing.cases.ts";

oneServerAllowsTwo();
sharingCases();
resetCases();
dyingCases();
