import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { leaves } from "../../support/ops-commands.ts";
import { appCases } from "./apps.cases.ts";
import { backupCases } from "./backup.cases.ts";
import { deliveryCases } from "./deliveries.cases.ts";
import { importCases } from "./imports.cases.ts";
import { keyCases } from "./keys.cases.ts";
import { startOperatorStack, type OperatorStack } from "./operator-stack.ts";
import { personCases } from "./person.cases.ts";
import { smokeCases } from "./smoke.cases.ts";

let operator: OperatorStack;
beforeAll(async () => {
  operator = await startOperatorStack();
}, 60_000);
afterAll(() => operator.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(operator.stack.output())));

// One day, in its order: what is changed in the registry acts within a minute, and is looked at when other things have been done.
const here = (): OperatorStack => operator;
const apps = appCases(here);
const person = personCases(here, apps.shop);

const backup = backupCases(here);

apps.inTheMorning();
deliveryCases(here);
apps.byNoon();
smokeCases(here);
person.isKnown();
backup.isMade();
apps.afterNoon();
person.leaves();
importCases(here);
backup.isPutBack();
person.staysAway();
apps.inTheEvening();
keyCases(here);

test("while the queue is away, smoke ends with 1 and says at which step and what to look at", async () => {
  await operator.stack.killPart("service-bus");
  let isOver = false;
  const down = operator.stack.holdDown("service-bus", () => !isOver);
  const { code, stderr } = await operator.ops("smoke", "--timeout", "5").finally(() => (isOver = true));
  await down;
  expect(code, stderr).toBe(1);
  expect(stderr).toMatch(/^The step “.*” failed\. .*\nNext: npm run ops -- /m);
});

test("the audit tells every act of the day and how it ended, and of no person who it was", async () => {
  const hostName = String(operator.stack.stack.apps[0]?.hostName);
  const acts = await operator.json("audit", "--since", "1h");
  const told = acts.map(({ act, subject, outcome }) => [act, subject, outcome].join(" "));
  const isSmoke = (act: string): boolean => act.startsWith("smoke "); // one of them ran beside the others
  expect(told.filter(isSmoke).toSorted()).toEqual([
    ...Array.from({ length: 1 + 2 }, () => "smoke app canary.fanfare.invalid done"),
    `smoke app ${hostName} done`,
  ]);
  expect(told.filter((act) => !isSmoke(act)).toReversed()).toEqual([
    "apps set app shop.contoso.com done",
    "apps block app other.contoso.com done",
    expect.stringMatching(/^dead-letters discard .* done$/),
    expect.stringMatching(/^dead-letters replay .* done$/),
    expect.stringMatching(/^backup export backup .* done$/),
    "apps unblock app other.contoso.com done",
    "apps remove app shop.contoso.com done",
    expect.stringMatching(/^user export person [\w-]{22} done$/),
    expect.stringMatching(/^user erase person [\w-]{22} done$/),
    `import web-push app ${hostName} done`,
    `import notification-hubs app ${hostName} done`,
    expect.stringMatching(/^backup restore backup .* done$/),
    "backup renew-epochs table feeds done",
    "keys reseal data key fresh done",
  ]);
});

test("there is no command that was not run here", () => {
  const all = leaves().map(({ words }) => words.join(" "));
  expect(all.filter((words) => !operator.ran.has(words))).toEqual([]);
});

test("in the end neither its telemetry nor its log has told a secret, a person, a device or a content", () =>
  operator.end());
