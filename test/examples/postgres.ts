/**
 * PostgreSQL's full-text search, then `rank()`: `npx tsx test/examples/postgres.ts postgres://user@host:5432/database`
 *
 * Without a connection string, the usual environment variables (PGHOST, PGUSER …) are used. It works in a temporary
 * table, which is gone afterwards.
 */
import { pathToFileURL } from "node:url";
import { Client } from "pg";
import { corpus, describe, evaluate, type TwoStages } from "./evaluate.js";

/**
 * A question rarely has all its words in one document, so any of them is enough; the words are ranked by how often they
 * occur. English stemming, stop words left out.
 */
const searchSql = `
  SELECT id
  FROM documents,
    to_tsquery('english', array_to_string(tsvector_to_array(to_tsvector('english', $1)), ' | ')) AS query
  WHERE terms @@ query
  ORDER BY ts_rank(terms, query) DESC, id
  LIMIT $2`;

/** Loads the corpus into a temporary table with a text index, and evaluates both stages. */
export async function evaluateWithPostgres(connectionString?: string): Promise<TwoStages> {
  const client = new Client(connectionString);
  await client.connect();
  try {
    await client.query(`
      CREATE TEMPORARY TABLE documents (
        id integer PRIMARY KEY,
        text text NOT NULL,
        terms tsvector GENERATED ALWAYS AS (to_tsvector('english', text)) STORED
      );
      CREATE INDEX ON documents USING gin (terms);`);
    await client.query(
      "INSERT INTO documents (id, text) SELECT ordinality - 1, text FROM unnest($1::text[]) WITH ORDINALITY AS rows (text, ordinality)",
      [corpus.documents],
    );
    return await evaluate(async (query, limit) => {
      const { rows } = await client.query<{ id: number }>(searchSql, [query, limit]);
      return rows.map(({ id }) => id);
    });
  } finally {
    await client.end();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.stdout.write(describe(await evaluateWithPostgres(process.argv[2])));
}
