import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./redis-server.js";

/** Debian keeps the server's programs out of the PATH, by version. */
const debianFolder = "/usr/lib/postgresql";

const programs = findPrograms();
const isRoot = process.getuid?.() === 0;

/** Why tests with PostgreSQL are skipped; `undefined` where they run. */
export const noPostgres = programs === undefined ? "PostgreSQL's server is not installed" : undefined;

/** A PostgreSQL server of a test's own, on a loopback port of its own, with its data in a temporary folder. */
export class PostgresServer implements Disposable {
  readonly #folder: string;
  readonly #port: number;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  static async start(): Promise<PostgresServer> {
    // Its user must reach it, whatever temporary folders are otherwise open to.
    const folder = mkdtempSync("/tmp/crossrank-postgres-");
    if (isRoot) giveAway(folder);
    const server = new PostgresServer(folder, await freePort());
    try {
      server.#run("initdb", ["-D", server.#data, "--auth=trust", "--username=test", "--encoding=UTF8", "--no-sync"]);
      const settings = `-p ${server.#port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off`;
      server.#run("pg_ctl", ["-D", server.#data, "-l", join(folder, "log"), "-o", settings, "-w", "start"]);
    } catch (error) {
      rmSync(folder, { recursive: true });
      throw error;
    }
    return server;
  }

  get url(): string {
    return `postgres://test@127.0.0.1:${this.#port}/postgres`;
  }

  [Symbol.dispose](): void {
    this.#run("pg_ctl", ["-D", this.#data, "-m", "immediate", "-w", "stop"]);
    rmSync(this.#folder, { recursive: true });
  }

  get #data(): string {
    return join(this.#folder, "data");
  }

  /** PostgreSQL refuses to run as root. */
  #run(program: string, args: readonly string[]): void {
    const command = [join(programs ?? "", program), ...args];
    const [file = "", ...rest] = isRoot
      ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", ...command]
      : command;
    const { status, stdout, stderr } = spawnSync(file, rest, {
      encoding: "utf8",
      cwd: this.#folder,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 60_000,
    });
    if (status !== 0) throw new Error(`${program} ended with ${String(status)}: ${stdout}${stderr}`);
  }
}

function findPrograms(): string | undefined {
  try {
    const [newest] = readdirSync(debianFolder).sort((a, b) => Number(b) - Number(a));
    return newest === undefined ? undefined : join(debianFolder, newest, "bin");
  } catch {
    return undefined;
  }
}

function giveAway(folder: string): void {
  const idOf = (option: string) => Number(spawnSync("id", [option, "postgres"], { encoding: "utf8" }).stdout);
  chownSync(folder, idOf("-u"), idOf("-g"));
  chmodSync(folder, 0o700);
}
