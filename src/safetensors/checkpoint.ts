import type { Dtype } from "./dtype.js";

/** A model's weights on disk, whether in one file or in several: what is in them and where, but not the numbers. */
export interface Checkpoint {
  /** The file it was opened by: `model.safetensors`, or the index of its shards. */
  path: string;
  /** The safetensors files, each once. */
  files: readonly CheckpointFile[];
  /** Every tensor of every file, by name. */
  tensors: ReadonlyMap<string, TensorEntry>;
}

/** A safetensors file, with what a cache needs to notice that it was replaced. */
export interface CheckpointFile {
  /** The path that {@link TensorEntry.path} repeats; in the Hub's cache it is a symbolic link. */
  path: string;
  /** The path with all symbolic links followed: what a hard link must point to. */
  realPath: string;
  /** In bytes. */
  size: number;
  /** Time of the last change, in nanoseconds since 1970: too large for a number. */
  mtimeNs: string;
  device: string;
  inode: string;
  /** SHA-256 of the header's JSON bytes, padding included, in hexadecimal. */
  headerSha256: string;
}

/** As much of a file as its header is checked against. */
export type FileExtent = Pick<CheckpointFile, "path" | "size">;

/** Where a tensor lies, and what it is. */
export interface TensorEntry {
  name: string;
  dtype: Dtype;
  /** Outermost axis first; `[]` for a single number. */
  shape: readonly number[];
  /** The file that holds it. */
  path: string;
  /** From the start of the file; a multiple of the element's size. */
  byteOffset: number;
  byteLength: number;
}
