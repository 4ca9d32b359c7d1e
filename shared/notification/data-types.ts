import { member } from "../members.ts";
import { Problem } from "../problem.ts";

/** The OData type each object of a notification may state about itself (contract 2.2), by its path. */
const expected: readonly (readonly [path: readonly string[], type: string])[] = [
  [[], "notification"],
  [["targetPolicy"], "targetPolicyEndpoints"],
  [["payload"], "payloadTypes"],
  [["payload", "visualContent"], "visualProperties"],
  [["fallbackPolicy"], "fallbackPolicy"],
  [["fallbackPolicy", "endpointFallback"], "fallbackPolicyProperties"],
  [["fallbackPolicy", "endpointFallback", "visualContent"], "visualProperties"],
];

/** Throws `invalid-data-type` when an object of the body says it is of another type than the one expected there. */
export const checkDataTypes = (body: unknown): void => {
  for (const [path, type] of expected) {
    const stated = member(path.reduce(member, body), "@odata.type");
    if (stated === undefined || isType(stated, type)) continue;
    const place = path.length > 0 ? path.join(".") : "The notification";
    throw new Problem("invalid-data-type", `Invalid activity data type: ${place} must be #microsoft.graph.${type}.`);
  }
};

const isType = (stated: unknown, type: string): boolean =>
  typeof stated === "string" && stated.replace(/^#/, "").toLowerCase() === `microsoft.graph.${type}`.toLowerCase();
