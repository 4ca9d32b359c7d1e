import * as z from "zod";
import { members, required } from "../members.ts";

/**
 * JSON lets half a surrogate pair through, which no UTF-8 can hold: storage and push services would each make something else of
 * it, and what is stored is stored whole (RFC 8259, section 8.2).
 */
const halfPair = "must be well-formed Unicode, without half a surrogate pair";
export const text = (wrong: string) =>
  z.string({ error: required(wrong) }).refine((given) => !/\p{Surrogate}/u.test(given), { error: halfPair });
export const nonEmpty = "must be a non-empty string";

const urlMost = 2_048;
/** What RFC 3986 has in a URL (appendix A). No device's parser reads these otherwise; of any other character some make nothing at all. */
const urlRest = String.raw`[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]`;
const url = (form: RegExp, wrong: string) =>
  z
    .string({ error: wrong })
    .max(urlMost, wrong)
    .regex(form, wrong)
    .refine((given) => URL.canParse(given), { error: wrong });

const image = `must be an https URL of at most ${urlMost} characters`;
const imageUrl = url(new RegExp(`^[Hh][Tt][Tt][Pp][Ss]://${urlRest}+$`), image);

/**
 * What would run, or would read the device itself, in an app that opens whatever it is given; what Windows, which opens a toast's by itself,
 * would run or install; and http, which anybody on the way may change.
 */
const refusedSchemes = new Set([
  ...["javascript", "vbscript", "data", "blob", "filesystem", "file", "content", "intent", "about", "view-source"],
  ...["jar", "shell", "search-ms", "ms-msdt", "ms-officecmd", "ms-appinstaller"],
  ...["http", "ws", "ftp"],
]);
const schemeOf = (given: string): string => given.slice(0, given.indexOf(":")).toLowerCase();
const action = `must be a URL of https or of an app's own scheme, of at most ${urlMost} characters`;
/** A scheme of one letter would be a drive to Windows. */
const actionUrl = url(new RegExp(`^[A-Za-z][A-Za-z0-9+.-]+:${urlRest}+$`), action).refine(
  (given) => !refusedSchemes.has(schemeOf(given)) && (schemeOf(given) !== "https" || /^[^:]+:\/\//.test(given)),
  { error: action },
);

const soundWords = ["default", "none"];
const soundName =
  'must be "default", "none" or a sound\'s name: 1 to 64 letters, digits, dots, underscores and hyphens';
const sound = z
  .string({ error: soundName })
  .regex(/^[A-Za-z0-9._-]{1,64}$/, soundName)
  .transform((given) => soundWords.find((word) => word === given.toLowerCase()) ?? given);

const count = "must be a whole number from 0 to 99999";
const badge = z.int(count).min(0, count).max(99_999, count);

/** What a platform draws by itself (contract 2.2), the payload's or a fallback's, as callers write it. */
export const visualContentSchema = members(
  {
    title: text(nonEmpty).min(1, nonEmpty),
    body: text("must be a string").exactOptional(),
    imageUrl: imageUrl.exactOptional(),
    actionUrl: actionUrl.exactOptional(),
    sound: sound.exactOptional(),
    badge: badge.exactOptional(),
  },
  "must be an object with a title",
);
