import { connect } from "node:net";
import { anyone, caller } from "./hostile-sender.ts";

/** Writes to the front as it is, reads until the first answer is whole or the connection ends. */
export const rawAnswer = (
  write: (send: (bytes: string | Uint8Array) => Promise<boolean>) => Promise<void>,
): Promise<string> => {
  const { hostname, port } = new URL(caller.httpUrl);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let said = "";
    const end = (): void => {
      resolve(said);
      socket.destroy();
    };
    socket.setTimeout(15_000, () => {
      reject(new Error(`no answer within 15 s, only: ${said}`));
      socket.destroy();
    });
    socket.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (isWhole(said)) end();
    });
    // The peer may close in the middle of our writing: what it said before that is the answer.
    socket.on("error", end).on("close", end);
    const send = (bytes: string | Uint8Array): Promise<boolean> =>
      new Promise((sent) => {
        if (socket.destroyed) sent(false);
        else socket.write(bytes, (error) => sent(!error));
      });
    void write(send).catch(reject);
  });
};
/** Its body is JSON to its end, or it has none. */
const isWhole = (answer: string): boolean => {
  const [head = "", body] = answer.replace(/^HTTP\/1\.1 100 .*?\r\n\r\n/s, "").split(/\r\n\r\n(.*)/s);
  if (body === undefined) return false;
  if (/^transfer-encoding: chunked/im.test(head)) return body.endsWith("0\r\n\r\n");
  return Buffer.byteLength(body) >= Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? Infinity);
};
export const headOf = (more: string, path = "/beta/me/notifications/"): string =>
  `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${anyone.token}\r\nContent-Type: application/json\r\n${more}\r\n`;
