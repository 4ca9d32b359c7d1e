import { beforeEach, test } from "vitest";
import { expectNothingTold } from "../../support/listened-stack.ts";
import { hostileJsonCases } from "./hostile-json.cases.ts";
import { hostileRequestCases } from "./hostile-request.cases.ts";
import { oneStackIsUnderFire, stack } from "./hostile-sender.ts";
import { hostileSizeCases } from "./hostile-size.cases.ts";
import { hostileTokenCases } from "./hostile-token.cases.ts";

oneStackIsUnderFire();
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(stack.output())));

hostileSizeCases();
hostileJsonCases();
hostileRequestCases();
hostileTokenCases();

test("in the end neither its telemetry nor its log has told a secret, a person, a device or a content", () =>
  expectNothingTold(stack));
