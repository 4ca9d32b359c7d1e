import { needsSettings, ok, warning, type Check, type Finding } from "../check.ts";

/** Whether the pages that may call the service are pages that nobody between can write. */
export const corsCheck: Check = {
  name: "CORS",
  look: ({ config }) => Promise.resolve(config ? corsFindings(config.corsAllowedOrigins) : needsSettings),
};

/** What a list of allowed origins means. */
const corsFindings = (origins: readonly string[]): readonly Finding[] => {
  if (origins.length === 0) return [ok("No page of another origin is allowed.")];
  const plain = origins.filter((origin) => origin.startsWith("http://") && !isLoopback(origin));
  const findings = [
    ...(origins.includes("*")
      ? [
          warning(
            "CORS_ALLOWED_ORIGINS allows every page.",
            "name the origins of your pages; and the platform's own CORS list must say the same.",
          ),
        ]
      : []),
    ...(plain.length > 0
      ? [warning(`CORS_ALLOWED_ORIGINS has pages without https: ${plain.join(", ")}.`, "serve them over https.")]
      : []),
  ];
  return findings.length > 0 ? findings : [ok(`Pages of ${origins.length} origins are allowed.`)];
};

const isLoopback = (origin: string): boolean => ["127.0.0.1", "localhost", "[::1]"].includes(new URL(origin).hostname);
