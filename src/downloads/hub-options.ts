/** How far the download of a model has come. Files that the cache has already do not count. */
export interface DownloadProgress {
  /** The file that is coming in: its path in the repository. */
  file: string;
  /** Bytes of it that are there; starts above 0 where a broken download goes on, and falls to 0 where it starts anew. */
  loaded: number;
  /** Bytes that it has. */
  total: number;
  /** Bytes of all files to download that are there. */
  modelLoaded: number;
  /** Bytes that they have together. */
  modelTotal: number;
}

/** Where a model comes from that is no local folder. Of a local folder, and of the embedded model, none is looked at. */
export interface HubOptions {
  /**
   * Branch, tag or commit hash of the model's repository. A commit hash (40 digits) that is in the cache needs no
   * connection; anything else is looked up on the Hub at every load.
   *
   * @default "main"
   */
  revision?: string;

  /**
   * Access token of the Hub, for private and gated models; `false` for none. It is sent to the Hub's own host only.
   *
   * @default what `HF_TOKEN` holds, else the file that `HF_TOKEN_PATH` names, else the one that `hf auth login` writes
   */
  token?: string | false;

  /**
   * Load from the cache, and do not connect to the Hub.
   *
   * @default whether `HF_HUB_OFFLINE` says so
   */
  localFilesOnly?: boolean;

  /**
   * Folder of the cache, in the layout that Python's huggingface_hub has and shares.
   *
   * @default what `SENTENCE_TRANSFORMERS_HOME`, `HF_HUB_CACHE` or `HF_HOME` says, else `~/.cache/huggingface/hub`
   */
  cacheDir?: string;

  /** Called as bytes of a model come in; not at all if the cache has everything. */
  onProgress?: (progress: DownloadProgress) => void;

  /** Ends the download, and waiting for one; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** The same where absent ones may be `undefined`, as they are once options were checked. */
export type GivenHubOptions = { [Key in keyof HubOptions]: HubOptions[Key] | undefined };
