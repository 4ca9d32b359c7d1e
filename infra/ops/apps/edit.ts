import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { comparableId, registeredAppSchema, type RegisteredApp } from "../../../shared/auth/app-registry.ts";
import { exitCodes, Failed } from "../failed.ts";
import { faultsIn, type Saying } from "./faults.ts";
import { listNames, type CredentialChannel, type ListName } from "./fields.ts";

/** What is to become of an app, whatever it is. Throws `Failed` when the app it makes would not be valid. */
export type Edit = (before: RegisteredApp) => RegisteredApp;

/** Of each list what is added and removed, and whether it is emptied before. */
export type ListEdits = Readonly<Partial<Record<ListName, ListEdit>>>;
type ListEdit = { readonly add?: readonly string[]; readonly remove?: readonly string[]; readonly clear?: boolean };
/** By channel a credential's name, or null for none of its own. */
export type CredentialEdits = Readonly<Partial<Record<CredentialChannel, string | null>>>;

/** The edit that the options ask for. Taking away what is not there is a slip of the pen, and fails. */
export const editByOptions =
  (lists: ListEdits, credentials: CredentialEdits): Edit =>
  (before) => {
    const edited = Object.fromEntries(listNames.map((name) => [name, editedList(before, name, lists[name])]));
    const named = Object.entries({ ...before.credentials, ...credentials }).filter(([, name]) => name !== null);
    return valid({ ...before, ...edited, credentials: Object.fromEntries(named) }, "option");
  };

const editedList = (before: RegisteredApp, name: ListName, edit: ListEdit = {}): readonly string[] => {
  const kept = edit.clear ? [] : before[name];
  const remove = (edit.remove ?? []).map(comparableId);
  const missing = remove.find((id) => !kept.includes(id));
  if (missing !== undefined) {
    throw new Failed(`${missing} is not among the ${name} of ${before.hostName}.`, exitCodes.nothingMatched);
  }
  const left = kept.filter((id) => !remove.includes(id));
  return [...new Set([...left, ...(edit.add ?? []).map(comparableId)])];
};

/** A document may leave out what is to stay as it is; a word that no registration has is a slip. */
const documentSchema = z.strictObject({ ...registeredAppSchema.shape }).partial();

/** The edit that a file asks for: an app as `apps show --json` prints it, or some of its fields. `-` is stdin. Throws `Failed`. */
export const editByFile = async (path: string, hostName: string): Promise<Edit> => {
  const given = await documentIn(path);
  const parsed = documentSchema.safeParse(given);
  if (!parsed.success) throw new Failed(faultsIn(parsed.error, "document"), exitCodes.usage);
  const named = parsed.data.hostName;
  if (named !== undefined && named !== hostName)
    throw new Failed(`The file is about ${named}, and not about ${hostName}.`, exitCodes.usage);
  // A default of the schema must not empty what the document does not speak of.
  const said = Object.entries(parsed.data).filter(([field]) => Object.hasOwn(Object(given) as object, field));
  return (before) => valid({ ...before, ...Object.fromEntries(said) }, "document");
};

const documentIn = async (path: string): Promise<unknown> => {
  const name = path === "-" ? "stdin" : path;
  const content = await (path === "-" ? text(process.stdin) : readFile(path, "utf8")).catch((cause: unknown) => {
    throw new Failed(`${name} cannot be read.`, exitCodes.usage, { cause });
  });
  try {
    return JSON.parse(content);
  } catch {
    throw new Failed(`${name} is no JSON: give it as apps show --json prints an app.`, exitCodes.usage);
  }
};

const valid = (app: unknown, saying: Saying): RegisteredApp => {
  const parsed = registeredAppSchema.safeParse(app);
  if (parsed.success) return parsed.data;
  throw new Failed(faultsIn(parsed.error, saying), exitCodes.usage);
};
