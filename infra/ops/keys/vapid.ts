import type { Command } from "commander";
import { systemClock } from "../../../shared/clock.ts";
import { printInstant } from "../../../shared/notification/instant.ts";
import { subscriptionsBelow, subscriptionsFrom } from "../../../shared/subscription/subscription-row.ts";
import { connected, type Connection } from "../connect.ts";
import type { Surroundings } from "../surroundings.ts";
import { textTable } from "../text-table.ts";
import { liveKeysOf } from "./live-keys.ts";
import { needingPrevious, vapidTally, type KeyCount, type LiveKeys } from "./vapid-tally.ts";

const about = `
Rotating the VAPID keys: infra/README.md has the steps. Every browser is reached all the while, and asked to subscribe anew. This counts how many
have, and tells whether anybody needs the previous key still. Which key is the current one is asked of the service itself; the other
one is known where VAPID_PREVIOUS_PUBLIC_KEY is set. Keys are told by ids, which are no secret: the same that the service writes beside a subscription.

Examples:
  npm run ops -- keys vapid
  npm run -s ops -- keys vapid --json | jq .mayRemovePrevious
`;

/** `keys vapid`: which VAPID keys the browsers' subscriptions are bound to. */
export const addVapid = (keys: Command, use: Surroundings): void => {
  keys
    .command("vapid")
    .description("count the browsers' subscriptions by the VAPID key they are bound to")
    .option("--json", "one JSON document")
    .addHelpText("after", about)
    .action(({ json = false }: { readonly json?: boolean }) =>
      connected(use, async (connection) => {
        const live = await liveKeysOf(connection, use);
        const counts = await counted(connection, live, use);
        if (json) use.output.json(documentOf(counts, live));
        else use.output.text(textOf(counts, live));
      }),
    );
};

/** The store goes through the whole table: its pages come with or without a row of interest. */
const counted = async (
  { tables }: Connection,
  keys: LiveKeys,
  { output, stop }: Surroundings,
): Promise<readonly KeyCount[]> => {
  const tally = vapidTally(keys, systemClock.now());
  let pages = 0;
  for await (const rows of tables().feeds.withRowKeys(subscriptionsFrom, subscriptionsBelow)) {
    stop.throwIfAborted();
    tally.add(rows);
    pages += 1;
    const sum = tally.counts().reduce((total, { subscriptions }) => total + subscriptions, 0);
    output.progress(`Counting: ${sum} subscriptions of browsers in ${pages} pages of the table.`);
  }
  return tally.counts();
};

const documentOf = (counts: readonly KeyCount[], keys: LiveKeys) => {
  const { subscriptions, lastExpiresAt } = needingPrevious(counts, keys);
  return {
    currentKeyId: keys.current,
    previousKeyId: keys.previous ?? null,
    value: counts.map(({ lastExpiresAt: last, ...count }) => ({
      ...count,
      lastExpirationDateTime: printInstant(last),
    })),
    mayRemovePrevious: keys.isConfirmed && subscriptions === 0,
    previousNeededUntil: lastExpiresAt === undefined ? null : printInstant(lastExpiresAt),
  };
};

const roles: Readonly<Record<KeyCount["role"], string>> = {
  current: "current",
  previous: "previous",
  unnoted: "not noted: the oldest the server has",
  unknown: "unknown",
};

const textOf = (counts: readonly KeyCount[], keys: LiveKeys): string => {
  const rows = counts.map(({ keyId, role, subscriptions, lastExpiresAt }) => [
    keyId ?? "-",
    roles[role],
    String(subscriptions),
    printInstant(lastExpiresAt),
  ]);
  const table = counts.length > 0 ? textTable(["key", "which", "subscriptions", "last one ends"], rows) : "";
  return [table, ...sentencesOf(counts, keys)].filter(Boolean).join("\n\n");
};

const sentencesOf = (counts: readonly KeyCount[], keys: LiveKeys): readonly string[] => {
  const { subscriptions, lastExpiresAt } = needingPrevious(counts, keys);
  const lost = counts.some(({ role }) => role === "unknown");
  const strangers =
    keys.previous === undefined
      ? "Whether an unknown key is the previous one this cannot tell: VAPID_PREVIOUS_PUBLIC_KEY is not set here."
      : "Those on an unknown key are reached by no push until they subscribe anew, as the API asks them to; unless VAPID_PREVIOUS_PUBLIC_KEY here is not " +
        "the service's own.";
  return [
    ...(counts.length === 0 ? ["No browser is subscribed."] : []),
    lastExpiresAt === undefined
      ? unneeded(keys)
      : `Keep the previous key for now: ${subscriptions} may need it, the last until ${printInstant(lastExpiresAt)} unless it is ` +
        "renewed. Each is asked to subscribe anew by every push, and whenever its client renews or lists it.",
    ...(lost ? [strangers] : []),
  ];
};

/** Counts alone do not tell an old key that nobody needs any more from a new one that nobody has yet. */
const unneeded = ({ current, previous, isConfirmed }: LiveKeys): string => {
  if (!isConfirmed)
    return `Whether a key may be removed this cannot tell: that browsers are given ${current} only VAPID_PUBLIC_KEY of this shell says. Set PUBLIC_URL, and the service is asked.`;
  if (previous === undefined)
    return `Browsers are given ${current}, and nobody is on another key: the old one, if there is one, may be removed.`;
  return (
    `Nobody is on ${previous} (VAPID_PREVIOUS_PUBLIC_KEY here), and browsers are given ${current}. If ${previous} is the old key, it may be removed. If it is the ` +
    "new one, the public keys are yet to be changed for one another: go on with that."
  );
};
