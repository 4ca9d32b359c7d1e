import { RestError } from "@azure/data-tables";
import { Unavailable } from "../unavailable.ts";
import { RowConflict } from "./table.ts";

/** SDK errors become ours here and nowhere else: 409, 412 and a row that went are conflicts, a 4xx is our bug, the rest is unavailability. */
export const translated = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    const status = error instanceof RestError ? error.statusCode : undefined;
    if (status === 409 || status === 412 || isRowAbsent(error)) {
      throw new RowConflict("The row was changed meanwhile.", { cause: error });
    }
    if (error instanceof RestError && (status === 401 || status === 403)) throw denied(error);
    const ours = status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429;
    if (ours || error instanceof TypeError) throw error;
    throw new Unavailable("Table storage", { cause: error });
  }
};

/**
 * An operator's matter: a role not given (or given minutes ago), a wrong key. Said in our words and without a cause, for the
 * service's text quotes the request's signature.
 */
const denied = (error: RestError): Error =>
  new Error(
    `Table storage denies this app access (${[error.statusCode, error.code].filter(Boolean).join(" ")}): ` +
      "its identity needs the role Storage Table Data Contributor, which takes some minutes to be known, or its key is wrong.",
  );

/** A 404 says either that the row is not there, which happens, or that the table is not, which is a deployment gone wrong. */
const isRowAbsent = (error: unknown): boolean =>
  error instanceof RestError && error.statusCode === 404 && error.code !== "TableNotFound";
