import type { Mutant } from "./mutant.ts";

const run = "functions/deliver-notification.ts";
const later = "functions/delivering/later.ts";

/** Rules of the delivery engine, broken. */
export const mutantsOfDeliveries: readonly Mutant[] = [
  {
    name: "records before acting",
    file: run,
    find: "  const settled = await Promise.all(\n",
    replace: `  const early = plan.due.map((due) =>
    settle({ due, outcome: { kind: "delivered" }, notification, ledger, now: timeOf(run), policy: use.policy, chance: 0 }),
  );
  const { expiresAt: end } = notification;
  if (early.length > 0) await use.ledgers.record(job.feed, job.id, { read: ledger, made: madeBy(early), expiresAt: end });
  const settled = await Promise.all(\n`,
  },
  {
    name: "leaves no message for the endpoints whose time has not come",
    isRare: true,
    from: 380,
    file: later,
    find: "earliest([...retries, waitingUntil])",
    replace: "retryAt",
  },
  {
    name: "records a retry before its message is sent, and leaves none for those who wait",
    from: 378,
    file: run,
    find: "  const retryAt = await goOnLater(run, { notification, settled, waitingUntil: plan.waitingUntil });\n",
    replace: `  const first = { read: ledger, made: madeBy(settled), expiresAt: notification.expiresAt };
  if (settled.length > 0) await use.ledgers.record(job.feed, job.id, first);
  const retryAt = await goOnLater(run, { notification, settled, waitingUntil: undefined });\n`,
  },
  {
    name: "skips a message because a newer version exists",
    from: 244,
    file: run,
    find: "  run.expiresAt = notification?.expiresAt;\n",
    replace: `  if (notification && notification.version > job.version) return { kind: "done" };\n`,
  },
  {
    name: "does not look again after a run that was cut off",
    isRare: true,
    from: 18_380,
    file: run,
    find: "      await lookAgainIfCutOff(run);\n",
    replace: "",
  },
  {
    name: "believes the ledger on a channel that two runs told different versions",
    needs: "a rush",
    from: 6_140,
    file: run,
    find: "crossed.size > 0 || isRenewed ?",
    replace: "isRenewed ?",
  },
  {
    name: "does not tell the channel that a device came back with, when the old one was dead",
    isRare: true,
    from: 3_865,
    file: run,
    find: "crossed.size > 0 || isRenewed ?",
    replace: "crossed.size > 0 ?",
  },
  {
    name: "records a device's first own change only, and none of those that it makes then",
    isRare: true,
    from: 20_765,
    file: "shared/delivery/known-to-actor.ts",
    find: "last.version >= version",
    replace: "last.version >= 0",
  },
  {
    name: "writes the ledger over what another run wrote",
    from: 5_038,
    needs: "a rush",
    file: "shared/delivery/ledgers.table.ts",
    find: `ifMatch === undefined ? { kind: "insert", row } : { kind: "replace", row, ifMatch }`,
    replace: `{ kind: "put", row }`,
  },
  {
    name: "gives up after three attempts, though the notification lives on",
    from: 161,
    file: "shared/delivery/decide.ts",
    find: "if (expiresAt - from < lastTryMs)",
    replace: "if (expiresAt - from < lastTryMs || doublings > 1)",
  },
  {
    name: "rings devices that asked for no notification",
    file: "shared/delivery/reach.ts",
    find: `if (notificationType === "NoNotification")`,
    replace: `if (notificationType === "NoNotification" && channel === null)`,
  },
  {
    name: "rings platforms that the policy leaves out",
    file: "shared/delivery/reach.ts",
    find: "if (!platformTypes.includes(platformType))",
    replace: "if (platformTypes.length === 0)",
  },
];
