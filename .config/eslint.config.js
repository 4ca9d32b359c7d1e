import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, globalIgnores } from "eslint/config";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import importX from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

const root = fileURLToPath(new URL("..", import.meta.url));

/** `from` may not be imported by `target`: the arrows of the design, checked. Rooms of shared/ are listed upstream first. */
const forbidden = (target, from, message) => ({ target, from, message });
/** Likewise, of a whole folder but for what stands in `except`, relative to it. */
const forbiddenBut = (target, from, except, message) => ({ target, from, except, message });
const rooms = readdirSync(`${root}shared`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const roomsBut = (...names) => rooms.flatMap(({ name }) => (names.includes(name) ? [] : `./shared/${name}`));
const channels = readdirSync(`${root}shared/channels`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "egress")
  .map(({ name }) => name);
const ofAllChannels = readdirSync(`${root}shared/channels`).flatMap((name) =>
  name.endsWith(".ts") ? [`./${name}`] : [],
);
/** The client itself, without what stands on it: the files beside its rooms, but for the worker's script, which is made of those. */
const clientFiles = readdirSync(`${root}shared/client`).flatMap((name) =>
  name.endsWith(".ts") && name !== "fanfare-service-worker.ts" ? [`./shared/client/${name}`] : [],
);
const zones = [
  forbidden(
    ["./functions", "./shared"],
    ["./infra", "./test"],
    "The app knows nothing of where it runs or how it is tested.",
  ),
  forbidden("./infra", "./test", "Tests are nobody's library."),
  forbidden("./shared", "./functions", "Imports run one way: functions → shared."),
  forbidden(
    ["./shared/notification", "./shared/subscription", "./shared/auth"],
    ["./shared/feed", "./shared/fanout", "./shared/delivery", "./shared/channels"],
    "notification, subscription and auth are the base: they import no room above them.",
  ),
  forbidden(
    ["./shared/storage", "./shared/telemetry"],
    roomsBut("storage", "telemetry"),
    "storage and telemetry import no other room.",
  ),
  forbidden(
    "./shared/throttle",
    ["./shared/feed", "./shared/subscription", "./shared/delivery", "./shared/channels", "./shared/expiry"],
    "throttle knows the queue and the tables, not what is limited.",
  ),
  forbidden(
    "./shared/client",
    [...roomsBut("client"), "./functions"],
    "client runs in browsers: what it shares with the service is the contract, not code.",
  ),
  forbidden(
    [...roomsBut("client"), "./functions"],
    "./shared/client",
    "The service knows no client; it serves the built files.",
  ),
  forbidden(
    clientFiles,
    ["./shared/client/inbox", "./shared/client/toasts", "./shared/client/compatibility"],
    "Imports run one way: inbox, toasts, worker and compatibility → client.",
  ),
  forbiddenBut(
    clientFiles,
    "./shared/client/worker",
    ["./answer-worker.page.ts", "./tell-worker.page.ts"],
    "Of the worker the client knows how a page speaks to it.",
  ),
  forbidden(
    "./shared/client/toasts",
    ["./shared/client/worker", "./shared/client/inbox", "./shared/client/compatibility"],
    "Imports run worker → toasts.",
  ),
  forbidden(
    "./shared/client/worker",
    ["./shared/client/inbox", "./shared/client/compatibility"],
    "The worker shows toasts and knows no page.",
  ),
  forbiddenBut(
    "./shared/client/inbox",
    "./shared/client",
    ["./inbox", "./client.ts", "./feed-api.ts", "./notification.ts", "./unseen.ts"],
    "The inbox is a script of its own: whatever client it is given, it knows that by its types alone.",
  ),
  forbidden(
    "./shared/client/compatibility",
    ["./shared/client/client.ts", "./shared/client/inbox", "./shared/client/toasts", "./shared/client/worker"],
    "The original's library stands on the client's rules and stores, beside the client.",
  ),
  forbidden(roomsBut("expiry"), "./shared/expiry", "expiry comes last: nobody but the functions imports it."),
  forbidden(
    "./shared/feed",
    ["./shared/fanout", "./shared/delivery", "./shared/channels"],
    "feed imports notification and subscription only.",
  ),
  forbidden(
    "./shared/channels",
    ["./shared/fanout", "./shared/delivery", "./shared/feed"],
    "Imports run delivery → channels.",
  ),
  forbidden("./shared/delivery", "./shared/fanout", "Imports run fanout → delivery."),
  forbiddenBut(
    "./shared/fanout",
    "./shared/delivery",
    ["./ledger.ts"],
    "fanout knows what can be told, not how it is.",
  ),
  forbidden(
    "./shared/fanout",
    ["./shared/channels", "./shared/storage"],
    "fanout knows the bus, no push service and no table.",
  ),
  forbiddenBut(
    "./shared/channels/egress",
    "./shared/channels",
    ["./egress", "./outcome.ts"],
    "egress serves every channel and knows none.",
  ),
  ...channels.map((name) =>
    forbiddenBut(
      `./shared/channels/${name}`,
      "./shared/channels",
      [`./${name}`, "./egress", ...ofAllChannels],
      "No channel knows another.",
    ),
  ),
  forbidden(["./infra/!(ops)/**", "./infra/*.*"], "./functions", "What runs the app takes it as it is built."),
  forbiddenBut(
    "./infra/ops",
    "./functions",
    ["./config.ts"],
    "The operator's commands judge settings as the app does; else they know of it what is shared.",
  ),
  forbidden(
    "./infra/**/!(page)/*.ts",
    ["./shared/client", "./infra/local/inbox/page"],
    "What runs in browsers is taken as it is built.",
  ),
  forbiddenBut(
    "./infra/local/inbox/page",
    "./infra",
    ["./local/inbox/page", "./local/inbox/told.ts"],
    "The page runs in a browser: of the stack it knows what it is told.",
  ),
  forbiddenBut("./infra/local/inbox/page", "./shared", ["./client"], "The page is a client like any other."),
  forbidden("./infra/local", "./infra/ops", "The laptop's stack knows nothing of the operator's commands."),
  forbiddenBut(
    "./infra/ops",
    "./infra",
    [
      "./ops",
      "./queues.json",
      "./local/settings.ts",
      "./local/service-bus/duration.ts",
      "./local/supervisor/app-environment.ts",
      "./local/supervisor/stop-signals.ts",
    ],
    "The operator's commands work on any Fanfare; of the local one they know where its data is.",
  ),
];

export default defineConfig(
  globalIgnores(["dist/", ".local/", "node_modules/", "coverage/"]),
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["infra/*.mjs", "infra/build/*.mjs", ".config/*.js"] },
        tsconfigRootDir: root,
      },
    },
    plugins: { "import-x": importX },
    settings: {
      "import-x/extensions": [".ts", ".mjs"],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"] },
      "import-x/resolver-next": [createTypeScriptImportResolver({ project: `${root}tsconfig.json` })],
    },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true },
      ],
      "import-x/no-cycle": "error",
      "no-restricted-properties": [
        "error",
        {
          object: "AbortSignal",
          property: "any",
          message: "On Node 20 a time limit in it may never come: shared/first-signal.ts.",
        },
      ],
      "import-x/no-restricted-paths": ["error", { basePath: root, zones }],
    },
  },
  { files: ["shared/first-signal.ts", "shared/client/**"], rules: { "no-restricted-properties": "off" } }, // browsers have no such bug
  { files: ["**/*.{js,mjs}"], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ["test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
    },
  },
);
