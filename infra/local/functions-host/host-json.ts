import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { CannotStart, errorCode } from "../cannot-start.ts";
import { millisecondsOf } from "./time-span.ts";

const timeSpan = z.string().transform((text, context) => {
  const milliseconds = millisecondsOf(text);
  if (milliseconds === undefined) context.addIssue({ code: "custom", message: "expected hh:mm:ss" });
  return milliseconds ?? z.NEVER;
});

const serviceBusSchema = z.object({
  maxConcurrentCalls: z.int().min(1).optional(),
  autoCompleteMessages: z.boolean().default(true),
  maxAutoLockRenewalDuration: timeSpan.default(300_000),
  prefetchCount: z.int().min(0).default(0),
});

const hostSchema = z.object({
  version: z.literal("2.0"),
  extensions: z
    .object({
      http: z.object({ routePrefix: z.string().default("api") }).prefault({}),
      serviceBus: serviceBusSchema.prefault({}),
    })
    .prefault({}),
});

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings of host.json that this host honours, with Azure's defaults; all others are passed over. Durations in milliseconds. */
export type HostJson = z.infer<typeof hostSchema>["extensions"];

/**
 * Reads `<app>/host.json`, and over it the settings `AzureFunctionsJobHost__<section>__…__<name>`, by which a deployment tells its own
 * values as on Azure (https://learn.microsoft.com/azure/azure-functions/functions-host-json#override-hostjson-values). Throws `CannotStart`
 * with every fault by its path; without the file there is no function app.
 */
export const readHostJson = async (appDir: string, env: Environment): Promise<HostJson> => {
  const path = join(appDir, "host.json");
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new CannotStart(`${path} cannot be read (${errorCode(error) ?? "unknown fault"}). A function app needs one.`);
  });
  const parsed = hostSchema.safeParse(overridden(jsonOf(text, path), env));
  if (parsed.success) return parsed.data.extensions;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`);
  throw new CannotStart(`${path} is not a valid host.json: ${faults.join("; ")}.`);
};

const jsonOf = (text: string, path: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new CannotStart(`${path} is not JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
};

const prefix = "AzureFunctionsJobHost__";

const overridden = (json: unknown, env: Environment): unknown => {
  const result = structuredClone(json);
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(prefix) || value === undefined) continue;
    const path = name.slice(prefix.length).split("__");
    const last = path.pop() ?? "";
    let section = result;
    for (const step of path) if (isSection(section)) section = section[step] ??= {};
    if (isSection(section)) section[last] = valueOf(value);
  }
  return result;
};

const isSection = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A setting is text; in the file it would be a number or a switch. */
const valueOf = (text: string): unknown => (/^(\d+|true|false)$/.test(text) ? JSON.parse(text) : text);
