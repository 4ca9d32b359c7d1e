/** The lock token as a UUID's 16 bytes in the order of its text: `$management` speaks of it so. */
export const tokenBytes = (token: string): Buffer => Buffer.from(token, "hex");

/** The token such bytes name. */
export const tokenFrom = (bytes: Buffer): string => bytes.toString("hex");

/** The delivery tag of a locked message: the same 16 bytes in the order a .NET Guid has them, first three fields reversed. */
export const tagOf = (token: string): Buffer => {
  const bytes = tokenBytes(token);
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
};
