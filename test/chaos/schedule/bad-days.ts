import { chanceOf, type Chance } from "../chance.ts";

/** What the push service does instead of its work. `slow` takes the push in the end, when its sender may have been killed. */
export const faultKinds = ["503", "429", "reset", "hang", "slow"] as const;
type FaultKind = (typeof faultKinds)[number];

/** A fault as the control API takes it, without whom and how often. */
type Misbehaviour = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly reset?: boolean;
  readonly hang?: boolean;
  readonly delayMs?: number;
};

/** How the whole service behaves for a while; without a kind it does its work. */
export type Spell = { readonly kind: FaultKind | undefined; readonly forMs: number; readonly does: Misbehaviour };
/** How it behaves to the next few pushes for one device. */
export type DeviceFault = {
  readonly atMs: number;
  readonly device: number;
  readonly kind: FaultKind;
  readonly count: number;
  readonly does: Misbehaviour;
};

const none: Misbehaviour = { delayMs: 0 };

const behaviourOf = (kind: FaultKind, chance: Chance): Misbehaviour => {
  switch (kind) {
    case "503":
      return { status: 503, ...(chance.is(0.5) && { headers: { "retry-after": String(chance.between(1, 2)) } }) };
    case "429":
      return { status: 429, headers: { "retry-after": String(chance.between(1, 3)) } };
    case "reset":
      return { reset: true };
    case "hang":
      return { hang: true };
    // A sender that lives gives up after eight seconds; what lands later than that, nobody could keep from overtaking.
    case "slow":
      return { delayMs: chance.between(1_000, 6_000) };
  }
};

/** Every kind in turn, in another order each time round, with work between them. */
export const plannedSpells = (seed: number, seconds: number): readonly Spell[] => {
  const chance = chanceOf(seed, "bad days of the push service");
  const spells: Spell[] = [];
  for (let leftMs = seconds * 1_000; leftMs > 0;) {
    for (const kind of chance.shuffled(faultKinds)) {
      const work: Spell = { kind: undefined, forMs: chance.between(2_000, 5_000), does: none };
      const fault: Spell = { kind, forMs: chance.between(500, 2_000), does: behaviourOf(kind, chance) };
      spells.push(work, fault);
      leftMs -= work.forMs + fault.forMs;
    }
  }
  return spells;
};

/** A bad day of some device, every second or two. */
export const plannedDeviceFaults = (seed: number, seconds: number, devices: number): readonly DeviceFault[] => {
  const chance = chanceOf(seed, "bad days of devices");
  const faults: DeviceFault[] = [];
  for (let atMs = chance.between(500, 2_000); atMs < seconds * 1_000; atMs += chance.between(500, 2_000)) {
    const kind = chance.oneOf(faultKinds);
    const [device, count] = [chance.between(0, devices - 1), chance.between(1, 3)];
    faults.push({ atMs, device, kind, count, does: behaviourOf(kind, chance) });
  }
  return faults;
};
