import findMyWay from "find-my-way";
import { Problem } from "../../shared/problem.ts";
import type { Operation } from "./call.ts";

type Methods = Readonly<Record<string, Operation>>;

/** What each path answers: by method, the operation. */
export type Routes = Readonly<Record<string, Methods>>;

export type Found = {
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string | undefined>>;
  /** `/beta`, `/v1.0`, or nothing for paths outside the API. */
  readonly prefix: string;
  /** The path as the table has it: what telemetry may name. */
  readonly route: string;
};

/** Both serve the same; each answers with links of its own. */
const prefixes = ["/beta", "/v1.0"];

/**
 * The table of routes: `api` below each prefix, `outside` as they are. Paths match without case and with or without a trailing
 * slash. The lookup throws `not-found` for an unknown path, `method-not-allowed` for a known path asked otherwise.
 */
export const router = (api: Routes, outside: Routes) => {
  // The library looks up paths only, under one method: it would answer a wrong method as if the path were unknown.
  const paths = findMyWay({ caseSensitive: false, ignoreTrailingSlash: true, maxParamLength: 256 });
  const add = (prefix: string, routes: Routes): void => {
    for (const [path, methods] of Object.entries(routes)) {
      paths.on("GET", prefix + path, () => undefined, { methods, prefix, route: path });
    }
  };
  add("", outside);
  for (const prefix of prefixes) add(prefix, api);

  return (method: string, path: string): Found => {
    const match = paths.find("GET", path);
    const store = match?.store as { methods: Methods; prefix: string; route: string } | null | undefined;
    const isNowhere = !match || !store || Object.values(match.params).includes(""); // `…/notifications//`: an empty id
    if (isNowhere) throw new Problem("not-found", "There is nothing at this path.");
    const operation = Object.hasOwn(store.methods, method) ? store.methods[method] : undefined;
    if (operation) return { ...store, operation, params: match.params };
    const allow = Object.keys(store.methods);
    throw new Problem("method-not-allowed", `${method} is not supported here. Supported: ${allow.join(", ")}.`, {
      allow,
    });
  };
};
