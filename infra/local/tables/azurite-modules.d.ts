/** What we use of Azurite 3.35's programs, which come without types. CommonJS: the class is the default of the default. */
declare module "azurite/dist/src/table/TableServer.js" {
  import type { Configuration } from "azurite/dist/src/table/TableConfiguration.js";
  const module: {
    readonly default: new (configuration: Configuration) => {
      readonly start: () => Promise<void>;
      readonly close: () => Promise<void>;
      readonly getHttpServerAddress: () => string;
      /** Private in Azurite's own eyes. `saveDBState` waits for a save that is under way, then saves again. */
      readonly metadataStore: { readonly saveDBState: () => Promise<void> };
    };
  };
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
