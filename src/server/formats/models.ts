/** `/v1/models`, as OpenAI and vLLM list models. */
import type { FastifyInstance } from "fastify";
import type { ScoringService } from "../scoring-service.js";

export function addModelsRoute(app: FastifyInstance, service: ScoringService): void {
  app.get("/v1/models", { config: { errorFormat: "common" } }, async () => ({
    object: "list",
    data: service.models.map((model) => ({
      id: model.name,
      object: "model",
      created: model.createdAt,
      owned_by: "crossrank",
      // A model that is loading has no length yet.
      ...(model.isReady ? { max_model_len: model.encoder.maxLength } : {}),
    })),
  }));
}
