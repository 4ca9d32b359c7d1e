import * as z from "zod";
import { listNames, lists } from "./fields.ts";

/** How the operator gave it: fields are called as they were given, and so is the remedy. */
export type Saying = "option" | "document";

/** What is wrong with a registration and how to mend it: a sentence for each fault. Values are told only where they name a field. */
export const faultsIn = (error: z.ZodError, saying: Saying): string =>
  [...new Set(error.issues.map((issue) => sentenceOf(issue, saying)))].join("\n");

/** The same of a row that somebody else wrote. */
export const faultOfRow = (fault: unknown): string =>
  fault instanceof z.ZodError ? faultsIn(fault, "document") : "Its definition is no JSON.";

const sentenceOf = (issue: z.core.$ZodIssue, saying: Saying): string => {
  const [field, item] = issue.path;
  if (issue.code === "unrecognized_keys" && field === undefined)
    return `There is no field ${issue.keys.join(", ")} in a registration.`;
  const list = listNames.find((name) => name === field);
  if (list !== undefined) return `${called(list, saying)}: ${listFault(issue, list, saying)}`;
  if (field === "credentials") return credentialFault(item, saying);
  if (field === "blocked") return "blocked: it is true or false.";
  if (field === "hostName") return "hostName: it is a DNS host name, without scheme or path.";
  return "It is no registration: an object with senders and clients.";
};

const called = (list: keyof typeof lists, saying: Saying): string =>
  saying === "option" ? `--${lists[list].flag}` : list;

const listFault = (issue: z.core.$ZodIssue, list: keyof typeof lists, saying: Saying): string => {
  if (issue.path.length > 1) return "each is a text of 1 to 256 characters.";
  if (issue.code !== "too_big") return "it is a list of texts.";
  const remedy =
    saying === "option"
      ? `Take one away with --remove-${lists[list].flag}, or all with --clear-${lists[list].flag}s.`
      : "Leave one out.";
  return `an app has ${issue.maximum} at most. ${remedy}`;
};

const credentialFault = (channel: PropertyKey | undefined, saying: Saying): string => {
  const called = saying === "option" ? "--credential" : "credentials";
  const known = "webpush, wns, apns or fcm";
  if (channel === undefined) return `${called}: for each of ${known} the name of a credential.`;
  return (
    `${called}: a channel is ${known}, and a credential's name 1 to 64 letters, digits, hyphens, dots and underscores, ` +
    "beginning with a letter or digit. It is the name, as in APNS_CREDENTIAL_<NAME>, never the credential."
  );
};
