import { systemClock } from "../../../shared/clock.ts";
import { exitCodes, Failed } from "../failed.ts";
import { linesIn } from "./backup.file.ts";
import { judged } from "./judge.ts";
import { saidIn, type Ending } from "./lines.ts";
import { devicesAtOnce } from "./put-back.table.ts";
import type { Kept } from "./records.ts";

type Device = Extract<Kept, { readonly kind: "subscription" }>;

/** What is put back at once: an app or an entry of the block list, or devices of one feed. */
type Group =
  | { readonly kind: "registered"; readonly kept: Kept }
  | { readonly kind: "devices"; readonly devices: readonly Device[] };

/**
 * What is wanted of a file, in its order, in which a feed's devices follow each other. Ends early, between two groups, when it is stopped.
 * Throws `Failed` when the file has become another one since it was checked.
 */
export async function* groupsOf(
  path: string,
  checked: Ending | undefined,
  rules: Omit<Parameters<typeof judged>[1], "now">,
  stop: AbortSignal,
): AsyncGenerator<Group> {
  let devices: Device[] = [];
  for await (const said of saidIn(path, linesIn(path))) {
    if (stop.aborted) return;
    if (said.kind === "ending" && said.ending.sha256 !== checked?.sha256)
      throw new Failed(`${path} was changed while it was read. Look what became of it.`, exitCodes.failed);
    if (said.kind !== "kept") continue;
    // By now, for a long restore comes to some when they have ended.
    const found = judged(said.kept, { ...rules, now: systemClock.now() });
    if (found.kind !== "wanted") continue;
    const { kept } = found;
    if (kept.kind !== "subscription") {
      yield { kind: "registered", kept };
      continue;
    }
    const [first] = devices;
    if (first && (first.row.partitionKey !== kept.row.partitionKey || devices.length === devicesAtOnce)) {
      yield { kind: "devices", devices };
      devices = [];
    }
    devices.push(kept);
  }
  if (devices.length > 0) yield { kind: "devices", devices };
}
