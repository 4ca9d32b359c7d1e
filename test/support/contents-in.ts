/** The texts of the content in a request's body that posts a notification, but for those that are too short to be told from others. */
export const contentsIn = (body: unknown): readonly string[] => textsOf(payloadOf(body));

/** Of an object or the text of one; nothing of what is neither. */
const payloadOf = (body: unknown): unknown => {
  if (typeof body === "object" && body !== null) return "payload" in body ? body.payload : undefined;
  try {
    return typeof body === "string" ? payloadOf(JSON.parse(body)) : undefined;
  } catch {
    return undefined;
  }
};

/** The texts in a value, but for short ones and the contract's own words: they stand in much else. */
const textsOf = (value: unknown): string[] => {
  if (typeof value === "string") return value.trim().length < 10 || /^#?microsoft\.graph\./.test(value) ? [] : [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
};
