import type { Readable } from "node:stream";

/** However large a body is, so much of it is read at most: 1 MiB. */
const readMost = 1024 * 1024;

/**
 * The body of a request, or undefined when it is larger than that; then the rest is read and forgotten, so that the sender hears what was
 * wrong. Rejects when the sender goes away.
 */
export const bodyOf = (request: Readable, bytesMax: number): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesMax) chunks.push(chunk);
      if (bytes > readMost) request.destroy();
    });
    request.once("end", () => resolve(bytes > bytesMax ? undefined : Buffer.concat(chunks)));
    request.once("close", () => reject(new Error("The sender went away.")));
    request.once("error", reject);
  });
