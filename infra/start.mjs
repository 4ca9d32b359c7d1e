// `npm start`: builds, then runs the local stack in this same process, so that npm's signals reach it.
// Plain enough for any Node that knows modules, because this is where an old one is told that it is too old.
import { readFileSync } from "fs";

const { engines } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const numbersOf = (version) => version.match(/\d+/g).map(Number);
const [wantedMajor, wantedMinor] = numbersOf(engines.node);
const [major, minor] = numbersOf(process.version);

const start = async () => {
  const { stop } = await import("esbuild");
  const { buildAll } = await import("./build.mjs");
  await buildAll();
  // Its helper process would live as long as the stack.
  await stop();
  process.setSourceMapsEnabled(true);
  await import("../dist/local/start.mjs");
};

if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
  console.error(`Fanfare needs Node ${wantedMajor}.${wantedMinor} or newer; this is ${process.version}.`);
  process.exitCode = 64;
} else {
  start().catch((error) => {
    // The compiler has told its own errors already.
    if (!Array.isArray(error.errors)) console.error(error);
    process.exitCode = 1;
  });
}
