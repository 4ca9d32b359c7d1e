import { busyFor, retryAfterSecondsOf, unusable } from "./outcome.ts";
import type { TokenAnswer } from "./token-cache.ts";

/** What a token endpoint answered, cut down to what matters. */
export type TokenResponse = {
  readonly status: number;
  readonly retryAfter?: string | readonly string[] | undefined;
  readonly text: string;
};

/** What an endpoint says of a request that it refuses (RFC 6749, section 5.2): its word, and its own number where it has one. */
export type TokenRefusal = { readonly status: number; readonly error: string; readonly code?: string };

type Told = {
  /** Who answers, as the operator knows them. */
  readonly vendor: string;
  /** The setting in which the credential stands. */
  readonly setting: string;
  /** What the vendor's own numbers mean, where that says more than RFC 6749's words. */
  readonly advice?: ((refusal: TokenRefusal) => string | undefined) | undefined;
  readonly now: number;
};

/** A lifetime that is not told: RFC 6749 leaves it to the endpoint's documentation. Too long costs one refused request. */
const lifeSecondsUntold = 3_600;

/** RFC 6749, sections 5.1 and 5.2, as one table. Reasons quote words and numbers of the endpoint's, never a sentence: it may name a secret. */
export const tokenAnswerOf = (response: TokenResponse, told: Told): TokenAnswer => {
  const { status } = response;
  const members = membersOf(response.text);
  if (status === 200) return tokenIn(members) ?? failing("200 without a token", response, told);
  const refusal = refusalOf(status, members);
  if (status === 408 || status === 429 || status >= 500 || passing.has(refusal.error)) {
    return failing(`${status} from the token endpoint`, response, told);
  }
  const word = [status, refusal.error, refusal.code].filter(Boolean).join(" ");
  const advice =
    told.advice?.(refusal) ?? adviceFor[refusal.error] ?? "is it the vendor's token endpoint that is asked?";
  return unusable(`${told.setting}: ${told.vendor} gives no token for it (${word}): ${advice}`);
};

/** Of RFC 6749, section 4.1.2.1: those that time mends. */
const passing = new Set(["server_error", "temporarily_unavailable"]);

const adviceFor: Readonly<Record<string, string>> = {
  invalid_client: "is its secret right, and has it not expired or been revoked?",
  invalid_grant: "does the account still exist with that key, and is this machine's clock right?",
  unauthorized_client: "may this application ask for tokens in its own name?",
  invalid_scope: "has the application been allowed to send pushes?",
  invalid_request: "is every member of it the vendor's own?",
  unsupported_grant_type: "is it a credential of that vendor, and of that kind?",
};

const tokenIn = (members: Members): TokenAnswer | undefined => {
  const { access_token: token, expires_in: life = lifeSecondsUntold } = members;
  const lifeSeconds = Number(life); // some write it as a text
  // What has other characters would be no header.
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token) || !(lifeSeconds > 0)) return undefined;
  return { kind: "token", token, lifeSeconds };
};

const failing = (reason: string, { retryAfter }: TokenResponse, { now }: Told): TokenAnswer =>
  busyFor("elsewhere", reason, retryAfterSecondsOf(retryAfter, now));

const refusalOf = (status: number, members: Members): TokenRefusal => {
  const error = /^\w{1,40}$/.exec(textIn(members.error))?.[0] ?? "";
  // Microsoft's number, of which its description begins.
  const code = /\bAADSTS\d{1,10}\b/.exec(textIn(members.error_description))?.[0];
  return { status, error, ...(code !== undefined && { code }) };
};

const textIn = (member: unknown): string => (typeof member === "string" ? member : "");

type Members = Readonly<Record<string, unknown>>;

const membersOf = (text: string): Members => {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
};
