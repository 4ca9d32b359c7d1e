import type { PushControl } from "../../infra/local/push/control-client.ts";
import { pause, reached } from "./pause.ts";
import type { DeviceFault, Spell } from "./schedule/bad-days.ts";

type Use = {
  readonly push: Pick<PushControl, "addFault">;
  readonly calm: AbortSignal;
  /** Told of the behaviour that begins now. */
  readonly onSpell: (spell: Spell) => void;
  readonly deviceIdOf: (device: number) => string | undefined;
};

/** The whole push service behaves as planned, one spell after the other: the newest fault without a count is the one that counts. */
export const spellsOf = async ({ push, calm, onSpell }: Use, spells: readonly Spell[]): Promise<void> => {
  for (const spell of spells) {
    if (calm.aborted) return;
    await push.addFault(spell.does);
    onSpell(spell);
    await pause(spell.forMs, calm);
  }
};

/** Single devices' bad days. One that has left meanwhile has none. */
export const deviceFaultsOf = async (
  { push, calm, deviceIdOf }: Use,
  faults: readonly DeviceFault[],
  startedAt: number,
): Promise<void> => {
  for (const { atMs, device, count, does } of faults) {
    if (!(await reached(startedAt, atMs, calm))) return;
    await push.addFault({ device: deviceIdOf(device), count, ...does }).catch(() => undefined);
  }
};
