import { median } from "../statistics.ts";
import { textTable } from "../text-table.ts";
import { vendorNames, type VendorName } from "./local-vendors.ts";
import type { ChannelsOptions } from "./options.ts";

/** One side of one round. */
export type Side = {
  readonly name: string;
  readonly perSecond: number;
  /** Of this process for each push. */
  readonly cpuMicroseconds: number;
  /** Pushes that the vendor did not note as taken by their device. */
  readonly missing: number;
};

export type Round = { readonly vendor: VendorName; readonly ours: Side; readonly theirs: Side };

/** Per channel the medians and, what alone can be compared between machines, the ratio of the two sides in each round. */
export const summary = (rounds: readonly Round[]) => ({
  channels: vendorNames.map((vendor) => {
    const those = rounds.filter((round) => round.vendor === vendor);
    const of = (which: "ours" | "theirs", figure: "perSecond" | "cpuMicroseconds"): number =>
      median(those.map((round) => round[which][figure]));
    const ratios = those.map(({ ours, theirs }) => ours.perSecond / theirs.perSecond);
    const cpuRatios = those.map(({ ours, theirs }) => theirs.cpuMicroseconds / ours.cpuMicroseconds);
    return {
      vendor,
      ours: { perSecond: of("ours", "perSecond"), cpuMicroseconds: of("ours", "cpuMicroseconds") },
      theirs: {
        name: those[0]?.theirs.name ?? "",
        perSecond: of("theirs", "perSecond"),
        cpuMicroseconds: of("theirs", "cpuMicroseconds"),
      },
      ratios,
      cpuRatios,
    };
  }),
  missing: rounds.reduce((sum, { ours, theirs }) => sum + ours.missing + theirs.missing, 0),
});

type Reported = ReturnType<typeof summary> & {
  readonly options: ChannelsOptions;
  readonly node: string;
  readonly cpus: number;
};

/** The report for people. */
export const report = ({ options, node, cpus, channels, missing }: Reported): string => {
  const { sends, atOnce, rounds } = options;
  const table = textTable(
    ["channel", "sends/s", "CPU µs", "beside", "sends/s", "CPU µs", "sends/s, ratio", "per CPU, ratio"],
    channels.map(({ vendor, ours, theirs, ratios, cpuRatios }) => [
      vendor,
      ours.perSecond.toFixed(0),
      ours.cpuMicroseconds.toFixed(0),
      theirs.name,
      theirs.perSecond.toFixed(0),
      theirs.cpuMicroseconds.toFixed(0),
      spread(ratios),
      spread(cpuRatios),
    ]),
  );
  return `${table}

${sends} pushes a side and round, ${atOnce} at once (one by one: 1), ${rounds} rounds in turns, medians; ratio: ours to theirs, median (least to most).
CPU is the sending process's for each push; the vendors are in processes of their own on the same ${cpus} processors, and check and note each push. ${node}.
${missing === 0 ? "Every push was taken by its device." : `MISSING: ${missing} pushes were not taken by their device.`}`;
};

const spread = (ratios: readonly number[]): string =>
  `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
