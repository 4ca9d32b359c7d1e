import { buildAll } from "../../infra/build.mjs";

/** Vitest's global setup: journeys and part tests start the programs as they are shipped, so build them first. */
export default async (): Promise<void> => {
  await buildAll();
};
