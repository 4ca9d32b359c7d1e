import * as z from "zod";

/** What an error body of Google's says. All but the message is made of code words and of our own members' names: fit to be told. */
export type FcmFault = {
  /** FCM's own code (`google.firebase.fcm.v1.FcmError`). */
  readonly errorCode?: string | undefined;
  /** The code of all Google services (`google.rpc.Code`). */
  readonly status?: string | undefined;
  /** Why an account may not (`google.rpc.ErrorInfo`), such as `SERVICE_DISABLED`. */
  readonly infoReason?: string | undefined;
  /** The members that are wrong (`google.rpc.BadRequest`). */
  readonly fields: readonly string[];
  /** For people. Never to be told on: it may quote a token. */
  readonly message: string;
  /** Nothing says what is wrong. */
  readonly hasNoParticulars: boolean;
};

const word = z
  .string()
  .regex(/^[A-Z_]{1,60}$/)
  .optional()
  .catch(undefined);
const violation = z.object({ field: z.string().default(""), description: z.string().default("") });
const detail = z.object({
  "@type": z.string().default(""),
  errorCode: word,
  reason: word,
  fieldViolations: z.array(violation).catch([]),
});
/** https://cloud.google.com/apis/design/errors#http_mapping */
const bodySchema = z.object({
  error: z.object({
    message: z.string().catch(""),
    status: word,
    details: z.array(detail).catch([]),
  }),
});

const unspoken: FcmFault = { fields: [], message: "", hasNoParticulars: false };

/** Reads an error's body; a proxy's page, or half a body, says nothing. */
export const understand = (text: string): FcmFault => {
  const body = bodySchema.safeParse(parsed(text)).data;
  if (!body) return unspoken;
  const { message, status, details } = body.error;
  const violations = details.flatMap(({ fieldViolations }) => fieldViolations);
  return {
    errorCode: details.find(({ "@type": type }) => type.endsWith("/google.firebase.fcm.v1.FcmError"))?.errorCode,
    status,
    infoReason: details.find(({ "@type": type }) => type.endsWith("/google.rpc.ErrorInfo"))?.reason,
    fields: violations.flatMap(({ field }) => (/^[\w.[\]]{1,80}$/.test(field) ? [field] : [])),
    message: [message, ...violations.map(({ description }) => description)].join("\n"),
    hasNoParticulars: violations.length === 0 && /^Request contains an invalid argument\.?$/.test(message),
  };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
