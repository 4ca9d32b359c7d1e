import type { Queries } from "azurite/dist/src/table/persistence/LokiTableStoreQueryGenerator.js";
import type { Collection, Found, MetadataStore } from "azurite/dist/src/table/TableServer.js";
import { keyIndex, rangeOf, type Entity, type KeyIndex } from "./key-index.ts";

/**
 * Lets Azurite's store go by keys. By itself (3.35) it finds a row by looking at its whole partition, and answers each query by looking at the
 * whole table and sorting what it found, so that everything takes the longer the more there is.
 * What it answers stays the same, but for half a continuation token and for a comparison that it fails at (`eq 3L` with a number): rows that are not looked
 * at make nothing fail.
 */
export const goByKey = (store: MetadataStore, queries: Queries): void => {
  const indexes = new WeakMap<Collection, KeyIndex>();
  const collectionOf = store.getEntityCollection.bind(store);

  const indexOf = (collection: Collection): KeyIndex => {
    const index = indexes.get(collection) ?? indexed(collection);
    indexes.set(collection, index);
    return index;
  };
  store.getEntityCollection = (...of) => {
    const collection = collectionOf(...of);
    indexOf(collection); // from the first use on
    return collection;
  };
  const found = (...asked: Parameters<MetadataStore["queryTableEntities"]>): Found => {
    const [context, account, table, options, nextPartition, nextRow] = asked;
    const index = indexOf(collectionOf(account, table, context));
    const isMeant = queries.generateQueryForPersistenceLayer(options, context);
    const most = store.getMaxResultsOption(options);
    const first = {
      PartitionKey: store.decodeContinuationHeader(nextPartition) ?? "",
      RowKey: store.decodeContinuationHeader(nextRow) ?? "",
    };
    const entities: Entity[] = [];
    for (const entity of index.range(rangeOf(options.filter), first)) {
      if (isMeant(entity)) entities.push(entity);
      if (entities.length > most) break; // one more than are asked for: where the next page begins
    }
    const next = store.adjustQueryResultforTop(entities, most);
    return [entities, next.nextPartitionKeyResponse, next.nextRowKeyResponse];
  };
  store.queryTableEntities = (...asked) =>
    new Promise((resolve) => {
      resolve(found(...asked)); // what it throws rejects
    });
};

/** Keeps an index of a collection, and lets it be asked for one row by it. */
const indexed = (collection: Collection): KeyIndex => {
  const index = keyIndex();
  for (const entity of collection.data) index.set(entity);
  collection.binaryIndices = {}; // Loki's own, of which each is looked through for every row that goes
  for (const event of ["insert", "update"]) collection.on(event, index.set);
  collection.on("delete", index.delete);
  collection.findOne = (keys) => index.get(keys) ?? null; // Azurite asks an entity's collection for nothing else
  return index;
};
