import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { BatchObserver } from "./batching/batcher.js";
import type { Scored } from "./served-model.js";

/** What a gauge asks of a model when metrics are read. */
interface QueueFacts {
  readonly name: string;
  readonly queuedTokens: number;
  readonly queuedRequests: number;
}

const nanosecondsPerSecond = 1e9;
const secondBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const tokenBuckets = [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384];
const documentBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];

/** A server's numbers, in Prometheus' text format. Each server has its own registry. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #eventLoop = monitorEventLoopDelay({ resolution: 10 });
  readonly #requests = this.#counter("crossrank_requests_total", "Requests answered.", ["route", "status"]);
  readonly #requestSeconds = this.#histogram("crossrank_request_seconds", "From a request's arrival to its answer.", {
    labels: ["route"],
    buckets: secondBuckets,
  });
  readonly #errors = this.#counter("crossrank_errors_total", "Errors that clients were told, by code.", ["code"]);
  readonly #documents = this.#counter("crossrank_documents_total", "Documents scored.", ["model"]);
  readonly #tokens = this.#counter("crossrank_tokens_total", "Tokens of requests that were answered.", ["model"]);
  readonly #truncated = this.#counter("crossrank_truncated_documents_total", "Documents that were cut.", ["model"]);
  readonly #requestDocuments = this.#histogram("crossrank_request_documents", "Documents of a request.", {
    labels: ["model"],
    buckets: documentBuckets,
  });
  readonly #wait = this.#histogram("crossrank_queue_wait_seconds", "From arrival to the first call of a request.", {
    labels: ["model"],
    buckets: secondBuckets,
  });
  readonly #batchTokens = this.#histogram("crossrank_batch_tokens", "Tokens of a call, pairs of several requests.", {
    labels: ["model"],
    buckets: tokenBuckets,
  });
  readonly #inference = this.#histogram("crossrank_inference_seconds", "Time of a call, tokenizing included.", {
    labels: ["model"],
    buckets: secondBuckets,
  });

  readonly contentType = this.#registry.contentType;

  constructor() {
    this.#eventLoop.enable();
    this.#addProcessGauges();
  }

  /** Adds gauges that are read from the models when metrics are. */
  watchQueues(models: readonly QueueFacts[]): void {
    this.#gauge("crossrank_queue_tokens", "Tokens that wait, estimated.", (gauge) => {
      for (const { name, queuedTokens } of models) gauge.set({ model: name }, queuedTokens);
    });
    this.#gauge("crossrank_queue_requests", "Requests that wait.", (gauge) => {
      for (const { name, queuedRequests } of models) gauge.set({ model: name }, queuedRequests);
    });
  }

  observerOf(model: string): BatchObserver {
    return {
      onCall: ({ tokens, seconds }) => {
        this.#batchTokens.observe({ model }, tokens);
        this.#inference.observe({ model }, seconds);
      },
    };
  }

  noteScored(model: string, documents: number, { tokens, truncated, queueMs }: Scored): void {
    this.#documents.inc({ model }, documents);
    this.#tokens.inc({ model }, tokens);
    this.#truncated.inc({ model }, truncated.length);
    this.#requestDocuments.observe({ model }, documents);
    this.#wait.observe({ model }, queueMs / 1000);
  }

  noteRequest(route: string, status: number, seconds: number): void {
    this.#requests.inc({ route, status });
    this.#requestSeconds.observe({ route }, seconds);
  }

  noteError(code: string): void {
    this.#errors.inc({ code });
  }

  async text(): Promise<string> {
    return this.#registry.metrics();
  }

  close(): void {
    this.#eventLoop.disable();
    this.#registry.clear();
  }

  #addProcessGauges(): void {
    this.#gauge("crossrank_event_loop_delay_seconds", "Event-loop delay since metrics were read last.", (gauge) => {
      for (const [quantile, percentile] of [
        ["0.5", 50],
        ["0.99", 99],
        ["1", 100],
      ] as const) {
        gauge.set({ quantile }, this.#eventLoop.percentile(percentile) / nanosecondsPerSecond);
      }
      this.#eventLoop.reset();
    });
    this.#gauge("process_resident_memory_bytes", "Resident memory.", (gauge) => {
      gauge.set(process.memoryUsage.rss());
    });
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, { labels, buckets }: { labels: string[]; buckets: number[] }): Histogram {
    return new Histogram({ name, help, labelNames: labels, buckets, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, collect: (gauge: Gauge) => void): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: ["model", "quantile"],
      registers: [this.#registry],
      collect: () => collect(gauge),
    });
  }
}
