import { tellable } from "../../shared/telemetry/tellable.ts";
import { Unavailable } from "../../shared/unavailable.ts";
import { Failed } from "./failed.ts";

/** A failure as one sentence for the operator: no stack trace, and nothing a library quoted of a connection or a token. */
export const sentenceOf = (error: unknown): string => {
  if (error instanceof Failed) return error.message;
  if (error instanceof Unavailable) return unavailable(error);
  if (!(error instanceof Error)) return "Something failed that is no error.";
  if (wordsOf(error).includes("TableNotFound"))
    return "A table is missing: deploy this version's infra/main.bicep, or start the local stack anew.";
  return `${error.name}: ${tellable(error.message)}`;
};

const away = " is throttled or unreachable";

/** What the codes of the SDKs mean for an operator. Their own messages name hosts, links and tracking ids. */
const meanings: Readonly<Record<string, string>> = {
  UnauthorizedAccess:
    "denies access: the key is wrong, or the identity lacks the roles Azure Service Bus Data Receiver and Data Sender",
  MessagingEntityNotFound: "has no queue fanout",
  MessagingEntityDisabled: "has the queue fanout disabled",
  ServiceBusy: "is throttled",
  CredentialUnavailableError: "cannot be asked, for no sign-in to Azure was found: try az login",
  AggregateAuthenticationError: "cannot be asked, for no sign-in to Azure was found: try az login",
  AuthenticationError: "cannot be asked, for Azure refused the sign-in",
};

const unavailable = ({ message, cause }: Unavailable): string => {
  const known = wordsOf(cause).find((word) => Object.hasOwn(meanings, word));
  const meaning = known === undefined ? undefined : meanings[known];
  return meaning === undefined ? `${message}. Is it running?` : `${message.replace(away, "")} ${meaning}.`;
};

const signIns = new Set(["CredentialUnavailableError", "AggregateAuthenticationError", "AuthenticationError"]);

/** Whether Azure could not be asked for want of a sign-in, which no network and no role mends. */
export const lacksSignIn = (error: unknown): boolean => wordsOf(error).some((word) => signIns.has(word));

/** The names and codes of an error and of those within it: the Service Bus client gathers what its attempts failed with. */
const wordsOf = (error: unknown): readonly string[] => {
  if (!(error instanceof Error)) return [];
  const code = "code" in error && typeof error.code === "string" ? [error.code] : [];
  const within = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return [...code, error.name, ...[...within, error.cause].flatMap(wordsOf)];
};
