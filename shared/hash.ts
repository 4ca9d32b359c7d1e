import { createHash } from "node:crypto";

/** SHA-256 over several texts, base64url, safe as a table key. The JSON form keeps ("a","bc") apart from ("ab","c"). */
export const hashOf = (...texts: readonly string[]): string =>
  createHash("sha256").update(JSON.stringify(texts)).digest("base64url");
