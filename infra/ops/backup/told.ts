import { printInstant } from "../../../shared/notification/instant.ts";
import type { Surroundings } from "../surroundings.ts";
import { textTable } from "../text-table.ts";
import type { Put } from "./put-back.table.ts";
import type { Heading, Kept } from "./records.ts";
import type { Survey } from "./survey.ts";

type What = Kept["kind"] | "unsid";
type Numbers = Readonly<Record<Put, number>>;

/** What became of the rows of each kind. */
export type Puts = Readonly<Record<What, Numbers>>;

const none: Numbers = { restored: 0, there: 0, replaced: 0 };

/** Counts it. */
export const putsTally = () => {
  let puts: Puts = { app: none, block: none, subscription: none, unsid: none };
  let records = 0;
  return {
    add: (what: What, how: Put): void => {
      puts = { ...puts, [what]: { ...puts[what], [how]: puts[what][how] + 1 } };
      if (what !== "unsid") records += 1;
    },
    counts: (): Puts => puts,
    /** Records of the backup that were seen to. */
    records: (): number => records,
  };
};

type Looked = {
  readonly heading: Heading;
  readonly place: string;
  readonly found: Survey;
  readonly hasKeys: boolean;
  /** Acts on the registry since the backup that it does not know. */
  readonly since: readonly string[];
};

/** What a look at a backup says, before anything is done. */
export const sentencesOf = ({ heading, place, found, hasKeys, since }: Looked): readonly string[] => {
  const { wanted, ended, leftOut, reasons, unopened } = found;
  const lost = Object.entries(unopened)
    .map(([keyId, count]) => `${count} with ${keyId}`)
    .join(", ");
  return [
    `The backup is whole. It was made of ${heading.from} at ${printInstant(heading.beganAt)}; into ${place} go, where none is there, ` +
      `${wanted.app} apps, ${wanted.block} entries of the block list and ${wanted.subscription} subscriptions with their UNSIDs.`,
    ...(ended > 0 ? [`${ended} subscriptions have ended since and are left out.`] : []),
    ...(leftOut > 0
      ? [
          `${leftOut} are left out: subscriptions of whom --without names, and what the audit here says was erased, removed or unblocked since.`,
        ]
      : []),
    ...(since.length > 0
      ? [`Look at apps list afterwards. The backup knows nothing of what was done since: ${since.join(", ")}.`]
      : []),
    ...(lost !== "" && hasKeys
      ? [
          `Warning: DATA_KEYS does not open all of it (sealed ${lost}). Such devices get no push until they renew: put the key of that time behind the others.`,
        ]
      : []),
    ...(lost !== "" && !hasKeys
      ? [`DATA_KEYS is not set here, so whether the service can open it is not known (sealed ${lost}).`]
      : []),
    ...reasons.map(({ line, reason }) => `Line ${line}: ${reason}.`),
  ];
};

type Told = {
  readonly outcome: string;
  readonly heading: Heading;
  readonly place: string;
  readonly found: Survey;
  readonly puts?: Puts | undefined;
};

/** What was done, as one JSON value or for people. */
export const restoreTold = ({ output }: Surroundings, { json }: { readonly json?: true }, told: Told): void => {
  const { outcome, heading, place, found, puts } = told;
  if (json)
    output.json({ outcome, beganDateTime: printInstant(heading.beganAt), from: heading.from, place, ...found, puts });
  else if (puts) output.text(textTable(["ROWS", "PUT BACK", "THERE ALREADY", "MADE ANEW SINCE"], rowsOf(puts)));
};

const rowsOf = (puts: Puts): readonly (readonly string[])[] =>
  Object.entries(names).map(([what, name]) => {
    const { restored, there, replaced } = puts[what as What];
    return [name, ...[restored, there, replaced].map(String)];
  });

const names: Readonly<Record<What, string>> = {
  app: "apps",
  block: "block list",
  subscription: "subscriptions",
  unsid: "UNSIDs",
};
