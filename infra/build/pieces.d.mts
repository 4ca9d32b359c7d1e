export declare const removeOldPieces: (folder: string, paths: readonly string[], now?: number) => Promise<void>;
export declare const stillUsed: (paths: readonly string[], now?: Date) => Promise<void>;
