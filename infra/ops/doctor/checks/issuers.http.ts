import { errors } from "jose";
import { issuerKeys } from "../../../../shared/auth/issuer-keys.http.ts";
import { systemClock } from "../../../../shared/clock.ts";
import { Unavailable } from "../../../../shared/unavailable.ts";
import { needsSettings, ok, wrong, type Check, type Finding } from "../check.ts";

const timeLimitMs = 4_000;
const cure =
  "see that TOKEN_ISSUERS has the tokens' iss to the letter, and that this issuer can be reached from here and from the app.";

/** Whether each issuer's metadata and keys can be had, by the app's own code. */
export const issuersCheck: Check = {
  name: "issuers",
  look: async ({ config }) => (config ? Promise.all(config.tokens.issuers.map(lookAt)) : needsSettings),
};

const lookAt = async (issuer: string): Promise<Finding> => {
  const { keyFor } = issuerKeys({ issuer, clock: systemClock, timeLimitMs });
  try {
    await keyFor({ alg: "RS256", kid: "nobody's" }, { payload: "", signature: "" });
  } catch (error) {
    if (error instanceof Unavailable)
      return wrong(`The keys of ${issuer} cannot be had: ${reasonOf(error.cause)}.`, cure);
    if (!(error instanceof errors.JWKSNoMatchingKey)) return wrong(`The keys of ${issuer} cannot be read.`, cure);
  }
  return ok(`The keys of ${issuer} can be had.`);
};

/** Our own words, or none of a library's. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "it fails";
  if (error.name === "TimeoutError") return `it does not answer within ${timeLimitMs / 1_000} s`;
  if (error.name === "ZodError" || error instanceof SyntaxError)
    return "what it answers is no discovery document, or no key set";
  return error.message.startsWith("The ") ? error.message.replace(/\.$/, "") : "it cannot be reached";
};
