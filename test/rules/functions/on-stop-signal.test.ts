import { spawn } from "node:child_process";
import { once } from "node:events";
import { build } from "esbuild";
import { expect, test } from "vitest";

/** A process that listens, and is asked to stop once it says that it runs; what it printed, and how it ended. */
const stopped = async (script: string) => {
  const contents = `import { onStopSignal } from "./functions/on-stop-signal.ts";
${script}
console.log("runs");
setTimeout(() => process.exit(7), 5_000);`;
  const built = await build({
    stdin: { contents, resolveDir: process.cwd() },
    bundle: true,
    write: false,
    format: "esm",
  });
  const child = spawn(process.execPath, ["--input-type=module", "-e", built.outputFiles[0]!.text]);
  let printed = "";
  child.stdout.on("data", (piece: Buffer) => {
    if (printed === "") child.kill("SIGTERM");
    printed += piece.toString();
  });
  const [code, signal] = await once(child, "close");
  return { printed: printed.trim().split("\n"), code, signal };
};

test.each([
  ["where nobody else listens, the process is ended by it as ever", "", ["runs", "called"], null, "SIGTERM"],
  [
    "where the host listens, the host ends the process",
    'process.on("SIGTERM", () => process.exit(3));',
    ["runs", "called"],
    3,
    null,
  ],
])("the app hears of the signal first, and %s", async (_what, host, printed, code, signal) => {
  expect(await stopped(`onStopSignal(() => console.log("called"));\n${host}`)).toEqual({ printed, code, signal });
});

test("called off, it is not called", async () => {
  expect(await stopped('onStopSignal(() => console.log("called"))();')).toMatchObject({ printed: ["runs"] });
});
