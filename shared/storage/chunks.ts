import type { Row, RowValue, StoredRow } from "./table.ts";

/** A table's string property holds 64 KiB of UTF-16, 32,768 units; this leaves room. */
const chunkUnits = 30_000;

/** Spreads a long text over the properties `<name>0`, `<name>1`, … never between the halves of a surrogate pair. */
export const chunked = (name: string, text: string): Record<string, RowValue> => {
  const properties: Record<string, RowValue> = {};
  for (let start = 0, index = 0; index === 0 || start < text.length; index += 1) {
    const endsInPair = /[\uD800-\uDBFF]/.test(text.charAt(start + chunkUnits - 1));
    const end = start + chunkUnits - (endsInPair ? 1 : 0);
    properties[`${name}${index}`] = text.slice(start, end);
    start = end;
  }
  return properties;
};

/** The text that `chunked` spread. */
export const joined = (name: string, row: Row | StoredRow): string => {
  let text = "";
  for (let index = 0; ; index += 1) {
    const chunk = row[`${name}${index}`];
    if (typeof chunk !== "string") return text;
    text += chunk;
  }
};
