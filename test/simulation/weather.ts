import type { Random } from "./random.ts";

/** What a call to one of our own stores may meet. */
const callFaults = [
  "crash before the effect",
  "crash after the effect",
  "away before the effect",
  "away after the effect",
  "away, and the effect comes later",
  "done, and repeated by the client",
  "slow",
] as const;
export type CallFault = (typeof callFaults)[number];

/** What a message may meet while a run is at it. */
const messageFaults = ["delivered twice", "lock lost on the way", "lock not renewed"] as const;
type MessageFault = (typeof messageFaults)[number];

/** What a push may meet. */
const pushFaults = [
  "answer lost",
  "lands late",
  "429",
  "503",
  "hangs",
  "refused credential",
  "crash before the effect",
  "crash after the effect",
] as const;
export type PushFault = (typeof pushFaults)[number];

/** What a client may meet on its way to us. */
const requestFaults = ["never arrives", "answer lost"] as const;
type RequestFault = (typeof requestFaults)[number];

export type Chances<Fault> = { readonly part: number; readonly kinds: readonly Fault[] };

/** Something that is away for everybody for a while; times in milliseconds after the start. */
export type Outage = {
  readonly what: "tables" | "bus" | "push";
  readonly from: number;
  readonly until: number;
  /** How push services are away, all of them. */
  readonly as: PushFault;
};

/** What kind of world a seed's is: not everything goes wrong everywhere, or nothing would ever get far enough to go wrong in turn. */
export type Weather = {
  /** Everybody does what they do within so many milliseconds; then come no more faults. */
  readonly stormMs: number;
  /** Nothing fails at all. */
  readonly isFair: boolean;
  /** One notification is posted anew and anew, all at one moment and over slow ways; nothing is away, but instances die: it is the order of things that counts. */
  readonly isRush: boolean;
  /** The usual time of a call's way, there or back; at most. */
  readonly latencyMs: number;
  /** So much goes wrong and no more: what is made to fail for ever never gets anywhere. */
  readonly faultsMost: number;
  readonly calls: Chances<CallFault>;
  readonly messages: Chances<MessageFault>;
  readonly pushes: Chances<PushFault>;
  readonly requests: Chances<RequestFault>;
  /** So many of the alerts meet what a push may meet, also when all else is calm: they come when most faults are over. */
  readonly alertFaultsMost: number;
  readonly outages: readonly Outage[];
  /** How far each instance's clock is ahead of the true time; milliseconds. */
  readonly skewsMs: readonly [number, number];
  /** Instances killed out of nowhere. */
  readonly kills: number;
};

const second = 1_000;
const minute = 60 * second;

export const drawWeather = (random: Random): Weather => {
  const stormMs = random.pick([2 * second, 10 * second, minute, 5 * minute, 30 * minute, 3 * 60 * minute]);
  const isFair = random.chance(0.06);
  const isRush = !isFair && random.chance(0.2);
  const isCalm = isFair || isRush;
  const chances = <Fault>(
    kinds: readonly Fault[],
    parts: readonly [number, ...number[]],
    isNever = isCalm,
  ): Chances<Fault> => ({
    kinds: random.some(kinds, 0.6),
    part: isNever ? 0 : random.pick(parts),
  });
  const outage = (what: Outage["what"], part: number, lengthsMs: readonly [number, ...number[]]): Outage[] => {
    if (isCalm || !random.chance(part)) return [];
    const from = random.whole(0, stormMs);
    return [
      { what, from, until: from + random.pick(lengthsMs), as: random.pick(["hangs", "503", "refused credential"]) },
    ];
  };
  const outages = [
    ...outage("tables", 0.15, [second, 10 * second, minute, 10 * minute]),
    ...outage("bus", 0.15, [second, 10 * second, minute, 10 * minute]),
    ...outage("push", 0.25, [10 * second, minute, 10 * minute, 20 * minute]),
  ];
  const skew = (): number => (random.chance(0.4) ? random.whole(-5, 5) * second : 0);
  return {
    isFair,
    isRush,
    stormMs,
    latencyMs: random.pick(isRush ? [200, 1_500] : [3, 20, 20, 200, 1_500]),
    faultsMost: random.pick([2, 6, 20, 60]),
    calls: chances(callFaults, [0, 0.01, 0.03, 0.08]),
    messages: chances(messageFaults, [0, 0.2, 0.5], isFair),
    pushes: isRush
      ? { kinds: ["crash after the effect"], part: random.pick([0, 0.1, 0.3]) }
      : chances(pushFaults, [0, 0.1, 0.3, 0.6]),
    requests: chances(requestFaults, [0, 0.1, 0.3]),
    alertFaultsMost: isCalm ? 0 : random.pick([0, 1, 3]),
    outages,
    skewsMs: [skew(), skew()],
    kills: isFair ? 0 : random.pick([0, 0, 1, 3]),
  };
};
