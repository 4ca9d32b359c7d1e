import type { IncomingHttpHeaders } from "node:http";

/**
 * Azure's CORS middleware: allowed origins are the platform's setting, every method and header is allowed, credentials are not.
 * Preflights never reach the app once origins are set; a preflight from elsewhere gets the same 204 without permission.
 * https://learn.microsoft.com/azure/azure-functions/functions-how-to-use-azure-function-app-settings#cors
 */
export type Cors = {
  /** The whole answer (status 204) to a preflight, or undefined for any other request. */
  readonly preflight: (method: string, headers: IncomingHttpHeaders) => Readonly<Record<string, string>> | undefined;
  /** Headers that every other answer gets; they replace the app's own of that name. */
  readonly answer: (headers: IncomingHttpHeaders) => Readonly<Record<string, string>>;
};

/** `allowed` is the setting: origins separated by commas, or `*`. Empty: there is no such middleware, OPTIONS is the app's. */
export const corsOf = (allowed: string): Cors => {
  const origins = allowed.split(",").flatMap((origin) => origin.trim().toLowerCase() || []);
  const anyone = origins.includes("*");
  const answer: Cors["answer"] = ({ origin }) => {
    if (origin === undefined || origins.length === 0) return {};
    if (anyone) return { "access-control-allow-origin": "*" };
    const granted = origins.includes(origin.toLowerCase()) ? { "access-control-allow-origin": origin } : {};
    return { ...granted, vary: "Origin" };
  };
  return {
    answer,
    preflight: (method, headers) => {
      const asked = headers["access-control-request-method"];
      if (origins.length === 0 || method !== "OPTIONS" || !headers.origin || asked === undefined) return undefined;
      const granted = answer(headers);
      if (!("access-control-allow-origin" in granted)) return granted;
      const askedHeaders = headers["access-control-request-headers"];
      return {
        ...granted,
        "access-control-allow-methods": asked,
        ...(askedHeaders !== undefined && { "access-control-allow-headers": askedHeaders }),
      };
    },
  };
};
