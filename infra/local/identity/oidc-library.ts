/**
 * The OpenID Connect library, loaded without its one remark that does not concern us: it would like a newer Node than the oldest we
 * support, on which our tests show it to work. Whatever else it has to say is printed.
 */
export const loadOidcLibrary = async () => {
  provideUrlParse();
  const warn = console.warn;
  console.warn = (...told: unknown[]) => {
    if (!String(told[0]).includes("Unsupported runtime")) warn(...told);
  };
  try {
    return await import("oidc-provider");
  } finally {
    console.warn = warn;
  }
};

export type OidcLibrary = Awaited<ReturnType<typeof loadOidcLibrary>>;

/** What the library (9.13) needs of Node 22 for clients with redirect URIs: `URL.parse`, which answers null where the constructor throws. */
const provideUrlParse = (): void => {
  if ("parse" in URL) return;
  const parse = (url: string, base?: string): URL | null => {
    try {
      return new URL(url, base);
    } catch {
      return null;
    }
  };
  Object.defineProperty(URL, "parse", { value: parse, configurable: true, writable: true });
};
