import { runPart } from "../part.ts";
import { secretsIn } from "../secrets.ts";
import { dataDir, portOf } from "../settings.ts";
import { startBlobs } from "./blobs.ts";

await runPart(async () => startBlobs({ port: portOf("blobs"), key: (await secretsIn(dataDir())).tablesKey }));
