/** Why a push is not taken: the answer's status, and the sentence that goes with it (`X-WNS-Error-Description`). */
export type Refusal = {
  readonly kind: "refused";
  readonly status: 400 | 401 | 403 | 404 | 405 | 410 | 411 | 413 | 500;
  readonly description: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** The codes are those of Microsoft's page, the sentences are ours; 411 is what its "Chunking is not supported" comes to. */
export const refused = (status: Refusal["status"], sentence: string, headers?: Refusal["headers"]): Refusal => {
  const description = sentence.replaceAll(/[^\x20-\x7e]/g, "?"); // it may quote the message, and a header holds no more
  return { kind: "refused", status, description, ...(headers && { headers }) };
};
