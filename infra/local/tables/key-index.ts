import { sortedMap, type SortedMap } from "./sorted-map.ts";

/** As much of Azurite's row as its place is. */
export type Entity = { readonly PartitionKey: string; readonly RowKey: string };

/** Rows between keys: of one partition, or of all. */
export type Range = {
  readonly partition?: string | undefined;
  /** The first row key, in that partition. */
  readonly from?: string | undefined;
  /** No row key from here on, in that partition. */
  readonly below?: string | undefined;
};

type Partition = { readonly key: string; readonly rows: SortedMap<Entity> };

/** A table's rows by their keys: one is found without looking at others, and a range without looking at those outside. */
export const keyIndex = () => {
  const partitions = sortedMap<Partition>();
  return {
    get: ({ PartitionKey, RowKey }: Entity): Entity | undefined => partitions.get(PartitionKey)?.rows.get(RowKey),
    set: (entity: Entity): void => {
      const { PartitionKey: key, RowKey } = entity;
      const partition = partitions.get(key) ?? { key, rows: sortedMap<Entity>() };
      partitions.set(key, partition);
      partition.rows.set(RowKey, entity);
    },
    delete: ({ PartitionKey, RowKey }: Entity): void => {
      const rows = partitions.get(PartitionKey)?.rows;
      rows?.delete(RowKey);
      if (rows?.isEmpty()) partitions.delete(PartitionKey);
    },
    /** In the order of the keys, partition by partition; those before `first`, of an earlier page, are left out. */
    *range({ partition, from = "", below }: Range, first: Entity = lowest): Iterable<Entity> {
      for (const { key, rows } of partitions.from(higher(partition ?? "", first.PartitionKey))) {
        if (partition !== undefined && key !== partition) return;
        for (const entity of rows.from(key === first.PartitionKey ? higher(from, first.RowKey) : from)) {
          if (below !== undefined && entity.RowKey >= below) break;
          yield entity;
        }
      }
    },
  };
};

export type KeyIndex = ReturnType<typeof keyIndex>;

const lowest: Entity = { PartitionKey: "", RowKey: "" };
const higher = (one: string, other: string): string => (one > other ? one : other);

const keys = /^PartitionKey eq '([^']*)'(?: and RowKey ge '([^']*)')?(?: and RowKey lt '([^']*)')?(?: and (.*))?$/su;

/**
 * The keys between which all rows are that a filter (OData's) may mean, where it begins with them as our queries do; a filter that is anything else
 * may mean any row.
 */
export const rangeOf = (filter: string | undefined): Range => {
  const [, partition, from, below, rest = ""] = keys.exec(filter ?? "") ?? [];
  return partition === undefined || /\bor\b/iu.test(rest) ? {} : { partition, from, below };
};
