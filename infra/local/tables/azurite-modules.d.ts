/** What we use of Azurite 3.35's programs, which come without types. CommonJS: the class is the default of the default. */
declare module "azurite/dist/src/table/TableServer.js" {
  import type { RequestListener, Server } from "node:http";
  import type { Configuration } from "azurite/dist/src/table/TableConfiguration.js";
  type Entity = { readonly PartitionKey: string; readonly RowKey: string };
  export type Found = readonly [
    entities: readonly Entity[],
    nextPartition: string | undefined,
    nextRow: string | undefined,
  ];
  /** The rows of one table, Loki's; its events come at once. */
  export type Collection = {
    readonly data: readonly Entity[];
    readonly on: (event: string, listener: (entity: Entity) => void) => void;
    findOne: (keys: Entity) => Entity | null;
    binaryIndices: object;
  };
  /** Private in Azurite's own eyes. */
  export type MetadataStore = {
    /** Waits for a save that is under way, then saves again. */
    readonly saveDBState: () => Promise<void>;
    getEntityCollection: (account: string, table: string, context: unknown) => Collection;
    queryTableEntities: (
      context: unknown,
      account: string,
      table: string,
      options: { readonly filter?: string },
      nextPartition: string | undefined,
      nextRow: string | undefined,
    ) => Promise<Found>;
    readonly getMaxResultsOption: (options: unknown) => number;
    /** Takes the one too many off the end, and tells where it is. */
    readonly adjustQueryResultforTop: (
      found: Entity[],
      most: number,
    ) => { readonly nextPartitionKeyResponse?: string; readonly nextRowKeyResponse?: string };
    readonly decodeContinuationHeader: (header: string | undefined) => string | undefined;
  };
  /** Express' app: what it makes of requests and answers. */
  export type App = RequestListener & { readonly request: object; readonly response: object };
  export type TableServer = {
    readonly start: () => Promise<void>;
    readonly close: () => Promise<void>;
    readonly getHttpServerAddress: () => string;
    readonly metadataStore: MetadataStore;
    /** Private in Azurite's own eyes; its only listener is the app. */
    httpServer: Server & { readonly stop: () => void };
  };
  const module: { readonly default: new (configuration: Configuration) => TableServer };
  export default module;
}

declare module "azurite/dist/src/table/generated/utils/utils.js" {
  export type Paths = { isURITemplateMatch: (path: string, template: string) => boolean };
  const module: Paths;
  export default module;
}

declare module "azurite/dist/src/table/errors/StorageErrorFactory.js" {
  export type Errors = { getEntityNotFound: (context: unknown) => Error };
  const module: { readonly default: Errors };
  export default module;
}

declare module "azurite/dist/src/table/persistence/LokiTableStoreQueryGenerator.js" {
  export type Queries = {
    /** Throws Azurite's answer to a filter that cannot be read. */
    readonly generateQueryForPersistenceLayer: (options: unknown, context: unknown) => (entity: unknown) => boolean;
  };
  const module: { readonly default: Queries };
  export default module;
}

declare module "azurite/dist/src/table/TableConfiguration.js" {
  export type Configuration = { readonly metadataDBPath: string };
  const module: {
    readonly default: new (
      host: string,
      port: number,
      keepAliveTimeoutSeconds: number,
      metadataDBPath: string,
      enableDebugLog: boolean,
      enableAccessLog: boolean,
      accessLogWriteStream: undefined,
      debugLogFilePath: undefined,
      loose: boolean,
      skipApiVersionCheck: boolean,
      cert: undefined,
      key: undefined,
      pwd: undefined,
      oauth: undefined,
      disableProductStyleUrl: boolean,
      isMemoryPersistence: boolean,
    ) => Configuration;
  };
  export default module;
}

declare module "azurite/dist/src/common/Telemetry.js" {
  const module: {
    readonly AzuriteTelemetryClient: { readonly init: (location: string, enable: boolean, env: undefined) => void };
  };
  export default module;
}

declare module "azurite/dist/src/blob/BlobServer.js" {
  import type { Configuration } from "azurite/dist/src/blob/BlobConfiguration.js";
  const module: {
    readonly default: new (configuration: Configuration) => {
      readonly start: () => Promise<void>;
      readonly close: () => Promise<void>;
      readonly getHttpServerAddress: () => string;
    };
  };
  export default module;
}

declare module "azurite/dist/src/blob/BlobConfiguration.js" {
  export type Configuration = { readonly extentDBPath: string };
  const module: {
    readonly default: new (
      host: string,
      port: number,
      keepAliveTimeoutSeconds: number,
      metadataDBPath: string,
      extentDBPath: string,
      persistencePathArray: readonly [],
      enableAccessLog: boolean,
      accessLogWriteStream: undefined,
      enableDebugLog: boolean,
      debugLogFilePath: undefined,
      loose: boolean,
      skipApiVersionCheck: boolean,
      cert: undefined,
      key: undefined,
      pwd: undefined,
      oauth: undefined,
      disableProductStyleUrl: boolean,
      isMemoryPersistence: boolean,
    ) => Configuration;
  };
  export default module;
}
