import {
  atOnce,
  isOwnChange,
  newEntries,
  toldBy,
  toldKinds,
  type Entries,
  type LedgerEntry,
  type Told,
  type ToldKind,
} from "./ledger.ts";

/** What is known at a moment, and what is added to it. */
type Merge = { readonly before: Told; readonly now: Told; readonly made: Told };

/**
 * What this run made, over what stands there now. Where another run wrote since `before` was read, its entry stays if it is further on:
 * something newer told, then a finished one, then the later, or of a device's own changes the newer.
 */
export const mergeTold = (merge: Merge): Told => toldBy((kind) => mergeOf(kind, merge));

const mergeOf = (kind: ToldKind, { before, now, made }: Merge): Entries => {
  const merged = Object.assign(newEntries(), now[kind]);
  for (const [channelTag, ours] of Object.entries(made[kind])) {
    const theirs = now[kind][channelTag];
    const isTheirs = theirs !== undefined && !isSame(theirs, before[kind][channelTag]) && isFurther(kind, theirs, ours);
    if (!isTheirs) merged[channelTag] = ours;
  }
  return merged;
};

const isFurther = (kind: ToldKind, a: LedgerEntry, b: LedgerEntry): boolean => {
  if (a.told !== b.told) return a.told > b.told;
  // Whoever reopened it knows of something that this run does not, and may have landed behind what it told.
  if (a.notBefore === atOnce) return true;
  if ((a.notBefore === undefined) !== (b.notBefore === undefined)) return a.notBefore === undefined;
  if (isOwnChange(kind, a) && isOwnChange(kind, b) && a.version !== b.version) return a.version > b.version;
  return a.at > b.at;
};

const isSame = (a: LedgerEntry, b: LedgerEntry | undefined): boolean =>
  a.version === b?.version &&
  a.at === b.at &&
  a.attempts === b.attempts &&
  a.outcome === b.outcome &&
  a.notBefore === b.notBefore;

/**
 * The channels that this run told one version of the notification, and somebody since `before` another one: what is older may have landed
 * behind what is newer. A device's own change lands nowhere, so nothing crosses it but what was told of an older version. A device that renewed
 * its channel just then may have been told by both channels, for the old one may live on for a while: both are named, and the one that it has
 * is told.
 */
export const crossedIn = ({ before, now, made }: Merge): ReadonlySet<string> => {
  const crossed = new Set<string>();
  if (now === before) return crossed; // nobody wrote since, as nearly always
  // Held or tried: it stands where somebody's word of what was told stood before.
  const theirs = entriesOf(now).filter(({ kind, tag, entry }) => !isSame(entry, before[kind][tag]));
  for (const ours of entriesOf(made)) {
    if (!wasTried(ours.entry)) continue;
    for (const other of theirs) {
      const isOneDevice = other.tag === ours.tag || other.entry.subscriptionId === ours.entry.subscriptionId;
      if (isOneDevice && mayHaveLandedLate(ours, other)) crossed.add(ours.tag).add(other.tag);
    }
  }
  return crossed;
};

type Spoken = { readonly kind: ToldKind; readonly tag: string; readonly entry: LedgerEntry };

const entriesOf = (told: Told): Spoken[] =>
  toldKinds.flatMap((kind) => Object.entries(told[kind]).map(([tag, entry]) => ({ kind, tag, entry })));

/** What was not even tried, no device heard of. */
const wasTried = ({ outcome }: LedgerEntry): boolean => outcome !== "held";

/** Whether the older of the two may have reached the device behind the newer one. */
const mayHaveLandedLate = (a: Spoken, b: Spoken): boolean => {
  const older = a.entry.version < b.entry.version ? a : b;
  return a.entry.version !== b.entry.version && !isOwnChange(older.kind, older.entry);
};

/**
 * The same, but that what this run told the crossed is not finished: should it die now, the next one finds it open. But for an alert: it is made
 * once, and what puts the crossed right is the newest content, or a tap.
 */
export const reopened = (told: Told, made: Told, crossed: ReadonlySet<string>): Told => {
  if (crossed.size === 0) return told;
  const open = (kind: ToldKind): Entries =>
    Object.fromEntries(
      Object.entries(told[kind]).map(([channelTag, entry]) => {
        const isOpen = kind !== "fallback" && crossed.has(channelTag) && made[kind][channelTag] !== undefined;
        return [channelTag, isOpen ? { ...entry, notBefore: entry.notBefore ?? atOnce } : entry];
      }),
    );
  return toldBy(open);
};
