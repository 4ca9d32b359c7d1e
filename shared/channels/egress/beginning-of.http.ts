import type { Dispatcher } from "undici";

/** The beginning of an answer's body, as text; of what is longer than `charactersMost` the rest is not read. Never rejects. */
export const beginningOf = async (body: Dispatcher.ResponseData["body"], charactersMost: number): Promise<string> => {
  let text = "";
  try {
    for await (const chunk of body) {
      text += String(chunk);
      if (text.length >= charactersMost) break; // leaving the loop ends the stream, and with it the connection
    }
  } catch {
    // The status came, and with it the answer: a body that breaks off takes nothing back.
  }
  return text.slice(0, charactersMost);
};
