import { describe } from "vitest";
import { cutCases } from "./backup-cut.cases.ts";
import { erasedCases } from "./backup-erased.cases.ts";
import { oneFolderKeeps } from "./backup-file-under-test.ts";
import { fileCases } from "./backup-file.cases.ts";
import { restoredCases } from "./backup-restored.cases.ts";

oneFolderKeeps();

describe("what comes back", restoredCases);
describe("who does not", erasedCases);
describe("cut short", cutCases);
describe("the file", fileCases);
