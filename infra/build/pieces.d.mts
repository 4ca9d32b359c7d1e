export declare const removeOldPieces: (folder: string, paths: readonly string[], now?: number) => Promise<void>;
