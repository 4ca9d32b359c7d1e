import { anyTokenCases } from "./any-tokens.cases.ts";
import { issuerKeyCases } from "./issuer-keys.cases.ts";
import { localTokenCases } from "./local-tokens.cases.ts";
import { repeatedTokenCases } from "./repeated-tokens.cases.ts";

localTokenCases();
anyTokenCases();
issuerKeyCases();
repeatedTokenCases();
