import type { Described, Paths } from "./described.ts";
import { feed } from "./feed.ts";
import { sending } from "./sending.ts";
import { subscriptions } from "./subscriptions.ts";

const about: Paths = {
  "/openapi.json": {
    get: {
      summary: "This description.",
      tag: "About",
      answers: { 200: { says: "An OpenAPI 3.1 document." } },
      faults: ["500"],
      needsToken: false,
    },
  },
};

const together = new Map<string, Readonly<Record<string, Described>>>();
for (const [path, methods] of [sending, feed, subscriptions, about].flatMap((part) => Object.entries(part))) {
  together.set(path, { ...together.get(path), ...methods });
}

/** All of the contract that is served. A test holds it against the routes. */
export const operations: Paths = Object.fromEntries(together);
