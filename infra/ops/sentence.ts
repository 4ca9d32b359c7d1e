import { Unavailable } from "../../shared/unavailable.ts";
import { Failed } from "./failed.ts";

/** A failure as one sentence for the operator: no stack trace, and nothing a library quoted of a connection or a token. */
export const sentenceOf = (error: unknown): string => {
  if (error instanceof Failed) return error.message;
  if (error instanceof Unavailable) return `${error.message}${whyOf(error.cause)}`;
  if (!(error instanceof Error)) return "Something failed that is no error.";
  return `${error.name}: ${firstLine(error.message)}`;
};

/** What the codes of the SDKs mean for an operator. Their own messages name hosts, links and tracking ids. */
const meanings: Readonly<Record<string, string>> = {
  UnauthorizedAccess:
    ": access is denied. The key is wrong, or the identity lacks the roles Azure Service Bus Data Receiver and Data Sender",
  MessagingEntityNotFound: ": it has no queue fanout",
  MessagingEntityDisabled: ": the queue fanout is disabled",
  ServiceBusy: ": it is throttled",
  CredentialUnavailableError: ": no sign-in to Azure was found. Try az login",
  AggregateAuthenticationError: ": no sign-in to Azure was found. Try az login",
  AuthenticationError: ": the sign-in to Azure was refused",
};

const whyOf = (cause: unknown): string => {
  const names = [codeOf(cause), cause instanceof Error ? cause.name : undefined];
  const meaning = names.map((name) => (name === undefined ? undefined : meanings[name])).find(Boolean);
  return `${meaning ?? ". Is it running?"}${meaning === undefined ? "" : "."}`;
};

const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;

const firstLine = (text: string): string => {
  const [line = ""] = text.split("\n", 1);
  return line
    .replace(/\b(SharedAccessKey|AccountKey|sig|Signature|Bearer)([=\s:]+)[^;\s&"']+/gi, "$1$2…")
    .slice(0, 300);
};
