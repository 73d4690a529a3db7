import type { ApiError } from "./api-error.ts";
import type { Face } from "./face.ts";

/** A refusal as one of the platforms words it. */
interface FaceError {
  readonly status: number;
  readonly body: object;
}

/** The same refusal in the body, and sometimes the status, that the platform of `face` would use. */
export function toFaceError(error: ApiError, face: Face): FaceError {
  switch (face) {
    case "openai":
      return { status: error.status, body: error.toBody() };
    case "azure":
      return toAzure(error);
    case "anthropic":
      return toAnthropic(error);
    default:
      throw new Error(`unknown face: ${String(face satisfies never)}`);
  }
}

function toAzure(error: ApiError): FaceError {
  const { status } = error;
  const say = (code: string, message: string) => ({ status, body: { error: { code, message } } });
  if (status === 401) {
    return say(
      "401",
      "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.",
    );
  }
  if (error.code === "model_not_found") {
    return say(
      "DeploymentNotFound",
      "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.",
    );
  }
  if (status === 404) return say("404", "Resource not found");
  if (status === 429 && error.code !== "insufficient_quota") return say("429", error.message);
  return { status, body: error.toBody() };
}

const anthropicTypes: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  529: "overloaded_error",
};

function toAnthropic(error: ApiError): FaceError {
  const { status, message } = toAnthropicWords(error);
  const type = anthropicTypes[status] ?? (status >= 500 ? "api_error" : "invalid_request_error");
  return { status, body: { type: "error", error: { type, message }, request_id: "req_local" } };
}

function toAnthropicWords(error: ApiError): { readonly status: number; readonly message: string } {
  if (error.code === "context_length_exceeded") {
    return { status: 400, message: "prompt is too long: 200001 tokens > 200000 maximum" };
  }
  if (error.code === "insufficient_quota") {
    return {
      status: 400,
      message:
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
    };
  }
  if (error.status === 401) return { status: 401, message: "invalid x-api-key" };
  if (error.status === 503) return { status: 529, message: "Overloaded" };
  if (error.status >= 500) return { status: error.status, message: "Internal server error" };
  return { status: error.status, message: error.message };
}
