import { expect, test } from "vitest";
import { clockFindings } from "../../../infra/ops/doctor/checks/clock.http.ts";
import { queueCheck, waitingFindings } from "../../../infra/ops/doctor/checks/queue.bus.ts";
import { certificateFindings } from "../../../infra/ops/doctor/checks/service.http.ts";
import { tablesCheck } from "../../../infra/ops/doctor/checks/tables.ts";
import type { Finding, Patient } from "../../../infra/ops/doctor/check.ts";
import { RowConflict, tableNames, type Table } from "../../../shared/storage/table.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { now } from "../samples.ts";

const verdicts = (findings: readonly Finding[]): string[] => findings.map(({ verdict }) => verdict);
const day = 86_400_000;

test.each([
  { days: -1, verdict: "wrong" },
  { days: 0, verdict: "warning" },
  { days: 20, verdict: "warning" },
  { days: 21, verdict: "ok" },
])("a certificate that lasts $days days is $verdict", ({ days, verdict }) => {
  expect(verdicts(certificateFindings("fanfare.contoso.com", now + days * day, now))).toEqual([verdict]);
});

test.each([
  { service: 0, storage: 0, verdict: "ok", told: /agree/ },
  { service: 29, storage: -1, verdict: "ok", told: /agree/ },
  { service: 300, storage: 301, verdict: "warning", told: /^The clock of this machine is off/ },
  { service: 300, storage: 0, verdict: "wrong", told: /the service is 300 s ahead of this machine/ },
  { service: 0, storage: -300, verdict: "wrong", told: /Table Storage is 300 s behind this machine/ },
])("a service $service s and a storage $storage s ahead is $verdict", ({ service, storage, verdict, told }) => {
  const findings = clockFindings([
    { of: "the service", aheadSeconds: service },
    { of: "Table Storage", aheadSeconds: storage },
  ]);
  expect(verdicts(findings)).toEqual([verdict]);
  expect(findings[0]?.sentence).toMatch(told);
});

const lookOf = (active: number, deadLettered: number, ageSeconds: number) => ({
  counts: { active, scheduled: 0, deadLettered },
  administered: undefined,
  oldest: { enqueuedAt: now - ageSeconds * 1_000, deliveryCount: 0, notificationId: undefined, acceptedAt: undefined },
  isBeyond: false,
});

test.each([
  { active: 1, dead: 0, age: 60, told: [/^1 notifications wait, no dead letter does/] },
  { active: 1, dead: 2, age: 0, told: [/^2 dead letters wait/] },
  { active: 5, dead: 0, age: 61, told: [/^5 notifications wait, the oldest for/] },
  { active: 50, dead: 0, age: 0, told: [/at 50 % of BACKLOG_LIMIT/] },
  { active: 100, dead: 1, age: 600, told: [/dead letters/, /the oldest for/, /at 100 %/] },
])("$active waiting, $dead dead, the oldest $age s old is told so", ({ active, dead, age, told }) => {
  const findings = waitingFindings(lookOf(active, dead, age), now, 100);
  expect(findings.map(({ sentence }) => sentence)).toEqual(told.map((form): unknown => expect.stringMatching(form)));
  expect(findings.every(({ verdict, cure }) => verdict === "ok" || cure !== undefined)).toBe(true);
});

const denied = new Error("Table storage denies this app access (403 AuthorizationPermissionMismatch): …");
const patientWith = (table: Partial<Table>): Patient => {
  const fine: Partial<Table> = {
    find: () => Promise.resolve(undefined),
    write: () => Promise.reject(new RowConflict("")),
  };
  const tables = Object.fromEntries(tableNames.map((name) => [name, { ...fine, ...(name === "feeds" && table) }]));
  return { connection: { tables: () => tables } } as unknown as Patient;
};
const signal = new AbortController().signal;

test.each([
  { what: "every right", table: {}, verdict: "ok", told: /^All \d are there/ },
  {
    what: "no right to change",
    table: { write: () => Promise.reject(denied) },
    verdict: "warning",
    told: /^You may read and not change feeds,/,
  },
  {
    what: "no right to read",
    table: { find: () => Promise.reject(denied) },
    verdict: "unknown",
    told: /^You may not read feeds\.$/,
  },
  {
    what: "a slow account",
    table: { find: () => Promise.reject(new Unavailable("Table storage", { cause: undefined })) },
    verdict: "wrong",
    told: /^Table storage/,
  },
])("with $what on a table, the finding is $verdict", async ({ table, verdict, told }) => {
  const findings = await tablesCheck.look(patientWith(table), signal);
  expect(verdicts(findings)).toEqual([verdict]);
  expect(findings[0]?.sentence).toMatch(told);
});

test("a queue that is not as declared is wrong for each property; who may not manage it is told so", async () => {
  const receiver = { peekMessages: () => Promise.resolve([]), close: () => Promise.resolve() };
  const sender = { createMessageBatch: () => Promise.reject(new Error("denied")), close: () => Promise.resolve() };
  const bus = { createReceiver: () => receiver, createSender: () => sender };
  const counts = { activeMessageCount: 0, scheduledMessageCount: 0, deadLetterMessageCount: 0 };
  const administrations = [
    {
      getQueueRuntimeProperties: () => Promise.resolve(counts),
      getQueue: () => Promise.resolve({ status: "ReceiveDisabled" }),
    },
    undefined,
  ];
  const [managed, glimpsed] = await Promise.all(
    administrations.map((administration) => {
      const connection = { bus: () => bus, administration: () => administration, isLocal: false };
      return queueCheck.look({ connection } as unknown as Patient, signal);
    }),
  );
  const sentences = managed?.map(({ sentence }) => sentence).join("\n");
  expect(sentences).toContain("status is ReceiveDisabled, and infra/queues.json declares Active.");
  expect(sentences).toContain("You may not send to it");
  expect(glimpsed?.filter(({ verdict }) => verdict === "unknown")).toHaveLength(1);
});
