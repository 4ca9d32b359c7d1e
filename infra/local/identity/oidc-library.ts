/**
 * The OpenID Connect library, loaded without its one remark that does not concern us: it would like a newer Node
 * than the oldest we support, on which our tests show it to work. Whatever else it has to say is printed.
 */
export const loadOidcLibrary = async () => {
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
