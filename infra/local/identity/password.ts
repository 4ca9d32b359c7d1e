import { createHash, timingSafeEqual } from "node:crypto";

/** Whether what was given is the password, in a time that does not tell how much of it is right. */
export const isPassword = (given: string, password: string): boolean =>
  timingSafeEqual(digest(given), digest(password));

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
