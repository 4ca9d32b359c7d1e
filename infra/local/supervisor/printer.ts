import { styleText } from "node:util";
import type { PrintLine } from "./part-process.ts";

export type Print = (part: string, ...line: Parameters<PrintLine>) => void;

type Output = Pick<NodeJS.WriteStream, "write"> & { readonly hasColors?: NodeJS.WriteStream["hasColors"] };

const colors = ["cyan", "magenta", "yellow", "green", "blue", "gray"] as const;

/** Prints lines with the name of their part before them, in a colour of its own where the terminal has any. */
export const printer = (parts: readonly string[], stdout: Output, stderr: Output): Print => {
  const width = Math.max(...parts.map((part) => part.length));
  return (part, line, stream) => {
    const output = stream === "stdout" ? stdout : stderr;
    const color = colors[Math.max(parts.indexOf(part), 0) % colors.length];
    const prefix = `${part.padEnd(width)} │`;
    // hasColors() heeds NO_COLOR and FORCE_COLOR; a pipe or file has no such method.
    output.write(`${color && output.hasColors?.() ? styleText(color, prefix) : prefix} ${line}\n`);
  };
};
