import type { Row, StoredRow, Table } from "../../../shared/storage/table.ts";

/** What was asked of tables: requests (a page of a range is one), rows that came back, and the bytes of rows that came or went, as JSON. */
export type Asked = { requests: number; rows: number; bytes: number };

/** Counts while it is on. Off, it costs a call no more than a look at that. */
export type Meter = { isOn: boolean; asked: Asked };

export const newMeter = (): Meter => ({ isOn: false, asked: { requests: 0, rows: 0, bytes: 0 } });

/** As many as the service gives in one page. */
const pageRows = 1_000;

/** A table that goes on to another and tells the meter. */
export const meteredTable = (table: Table, meter: Meter): Table => {
  const requested = (): void => {
    if (meter.isOn) meter.asked.requests += 1;
  };
  const moved = (rows: readonly Row[]): void => {
    if (meter.isOn) for (const row of rows) meter.asked.bytes += JSON.stringify(row).length;
  };
  const came = (row: StoredRow): void => {
    if (meter.isOn) meter.asked.rows += 1;
    moved([row]);
  };
  const counted = async function* (rows: AsyncIterable<StoredRow>): AsyncIterable<StoredRow> {
    let index = 0;
    requested();
    for await (const row of rows) {
      if (index > 0 && index % pageRows === 0) requested();
      index += 1;
      came(row);
      yield row;
    }
  };
  return {
    ...table,
    find: async (partitionKey, rowKey) => {
      requested();
      const row = await table.find(partitionKey, rowKey);
      if (row) came(row);
      return row;
    },
    range: (...where) => counted(table.range(...where)),
    write: (change) => {
      requested();
      moved(change.kind === "delete" ? [] : [change.row]);
      return table.write(change);
    },
    transact: (changes) => {
      requested();
      moved(changes.flatMap((change) => (change.kind === "delete" ? [] : [change.row])));
      return table.transact(changes);
    },
  };
};
