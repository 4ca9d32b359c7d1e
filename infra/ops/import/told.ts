import { textTable } from "../text-table.ts";
import type { Survey } from "./survey.ts";
import type { Tally } from "./tally.ts";

export type Told = {
  readonly app: string;
  readonly place: string;
  readonly isDryRun: boolean;
  readonly looked: Survey;
  readonly counted: Tally;
};

/** What an import did, or would do, as one JSON value. */
export const summaryOf = ({ app, place, isDryRun, looked, counted }: Told) => {
  const { new: made, renewed, before, refused } = counted.counts();
  return {
    app,
    place,
    dryRun: isDryRun,
    entries: looked.entries(),
    platforms: looked.platforms(),
    sharedChannels: looked.sharedChannels(),
    ...(isDryRun
      ? { acceptable: looked.entries() - refused }
      : { imported: made + renewed + before, new: made, renewed, before }),
    refused,
  };
};

/** The same for people, with the reasons. */
export const textOfImport = (told: Told): string => {
  const { app, place, entries, platforms, sharedChannels, refused } = summaryOf(told);
  const { isDryRun, counted } = told;
  const { new: made, renewed, before } = counted.counts();
  const devices = Object.entries(platforms).map(([platform, count]) => `${platform} ${String(count)}`);
  const did = isDryRun
    ? `${String(entries - refused)} can be imported. Nothing was written.`
    : `${String(made + renewed + before)} imported: ${String(made)} new, ${String(renewed)} renewed, ${String(before)} by an earlier run.`;
  const rows = counted.reasons().map(({ reasons, entries: count, lines }) => {
    const more = count > lines.length ? " …" : "";
    return [String(count), `${lines.join(", ")}${more}`, reasons];
  });
  return [
    `${String(entries)} entries for ${app} of ${place}. Devices: ${devices.join(", ") || "none"}.\n${did}`,
    sharedChannels > 0
      ? `${String(sharedChannels)} channels belong to more than one user: such a browser rings for each of them.`
      : "",
    refused > 0 ? `${String(refused)} refused:\n${textTable(["ENTRIES", "LINES", "WHY"], rows)}` : "",
  ]
    .filter(Boolean)
    .join("\n\n");
};

/** How far it is: `1200 of 5000 entries, 310 a second, 12 s left`. */
export const progressOf = (done: number, all: number, elapsedMs: number): string => {
  const perSecond = elapsedMs > 0 ? done / (elapsedMs / 1_000) : 0;
  const left = perSecond > 0 ? `, ${String(Math.ceil((all - done) / perSecond))} s left` : "";
  return `${String(done)} of ${String(all)} entries, ${String(Math.round(perSecond))} a second${left}`;
};
