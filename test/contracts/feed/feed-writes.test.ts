import { describe } from "vitest";
import { changedCases } from "./feed-writes-changed.cases.ts";
import { countedCases } from "./feed-writes-counted.cases.ts";
import { onceCases } from "./feed-writes-once.cases.ts";
import { feedWritesUnderTest } from "./feed-writes-under-test.ts";

feedWritesUnderTest();

describe("under an Idempotency-Key", onceCases);
describe("counted", countedCases);
describe("changed and deleted", changedCases);
