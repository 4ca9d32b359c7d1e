import { describe, expect, test } from "vitest";
import { blockCases } from "./apps-block.cases.ts";
import { faultCases } from "./apps-faults.cases.ts";
import { removeCases } from "./apps-remove.cases.ts";
import { setCases } from "./apps-set.cases.ts";
import { toldCases } from "./apps-told.cases.ts";
import { appsUnderTest, env, found, hostName } from "./apps-under-test.ts";
import { program } from "./operator.ts";

appsUnderTest();

describe("set", setCases);
describe("what is wrong is told by its option, with the remedy, and nothing is written", faultCases);
describe("block and unblock", blockCases);
describe("remove", removeCases);
describe("list and show", toldCases);

test("the built program asks nobody where there is no terminal, and does it with --yes", async () => {
  const { code, stderr } = await program(["apps", "set", hostName, "--sender", "s1", "--yes", "--json"], env());
  expect(code, stderr).toBe(0);
  expect(await found()).toMatchObject({ senders: ["s1"] });
});
