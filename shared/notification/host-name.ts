import * as z from "zod";
import { required } from "../members.ts";

const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** The same for the API's description, which sees the name before it is lower-cased. */
const described = String.raw`^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*$`;
const wrong = "must be a DNS host name, without scheme or path";

/** A DNS host name (RFC 1123, underscores allowed), compared without case: lower-cased here, once. */
export const hostNameSchema = z
  .string({ error: required(wrong) })
  .toLowerCase()
  .refine((name) => name.length <= 253 && name.split(".").every((part) => label.test(part)), { error: wrong })
  .meta({ maxLength: 253, pattern: described });
