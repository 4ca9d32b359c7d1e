/** The service writes its own public address here when it serves the file; see `functions/api/client.ts`. */
const written = "__FANFARE_BASE_URL__";

/** The address of the service that served this script, without `/beta` and trailing slash; undefined when the app brought the script itself. */
export const servingUrl = (): string | undefined => (written.startsWith("__") ? undefined : written);
