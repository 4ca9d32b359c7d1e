import { printable } from "./output.ts";

/** Rows under their heads, for people: columns as wide as their widest cell, two spaces apart. */
export const textTable = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  aligned([heads, ...rows]);

/** Names and values under each other, for one thing; what has no value is left out. */
export const textList = (entries: Readonly<Record<string, string | number | undefined>>): string =>
  aligned(Object.entries(entries).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));

const aligned = (given: readonly (readonly string[])[]): string => {
  const rows = given.map((row) => row.map(printable));
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
};
