/**
 * A route template of ASP.NET, as far as functions use it: literals, `{name}`, `{name?}` at the end, `{*rest}` at the end.
 * https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates
 */
export type Route = { readonly template: string; readonly pattern: RegExp; readonly names: readonly string[] };

/** Paths below these belong to Azure's own host, which answers them itself (its ReservedRouteGuardMiddleware). */
const reserved = /^\/(?:admin|runtime)(?:\/|$)/i;

/** Reads a template. Returns the fault, as a sentence, when Azure would refuse it or it uses what is not imitated. */
export const parseRoute = (template: string): Route | { readonly fault: string } => {
  if (template.startsWith("/")) return { fault: "a route must not begin with a slash." };
  if (reserved.test(`/${template}`)) return { fault: "routes below admin and runtime are Azure's own." };
  const segments = template === "" ? [] : template.replace(/\/$/, "").split("/");
  const names: string[] = [];
  let source = "";
  for (const [index, segment] of segments.entries()) {
    const part = segmentPattern(segment, index === segments.length - 1);
    if ("fault" in part) return part;
    if (part.name !== undefined) names.push(part.name);
    source += part.source;
  }
  return { template, names, pattern: new RegExp(`^${source}/?$`, "is") };
};

type Part = { readonly source: string; readonly name?: string };

const segmentPattern = (segment: string, isLast: boolean): Part | { readonly fault: string } => {
  if (segment === "") return { fault: "it has an empty segment." };
  if (!/[{}]/.test(segment)) return { source: `/${segment.replace(/[.*+?^$()|[\]\\]/g, "\\$&")}` };
  const [, catchAll, name, optional] = /^\{(\*\*?)?([a-z_]\w*)(\?)?\}$/i.exec(segment) ?? [];
  if (name === undefined)
    return { fault: `segment ${segment} uses constraints, defaults or mixed text, not imitated here.` };
  if (!isLast && (catchAll ?? optional)) return { fault: `${segment} must come last.` };
  if (catchAll) return { name, source: "(?:/(.*?))?" };
  return { name, source: optional ? "(?:/([^/]+))?" : "/([^/]+)" };
};

/** The parameters of a path (decoded, as routes see it), or undefined when the route is another's. Absent optional ones are left out. */
export const matchRoute = (route: Route, path: string): Readonly<Record<string, string>> | undefined => {
  const found = route.pattern.exec(path);
  if (!found) return undefined;
  return Object.fromEntries(
    route.names.flatMap((name, index) => {
      const value = found[index + 1];
      return value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
};

/** True for a path that never reaches an app, whatever its routes. */
export const isReserved = (path: string): boolean => reserved.test(path);
