import type { FieldFault } from "./types";

/** A refusal by the API, or a request that had no answer (`status` 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: readonly FieldFault[] = [],
    readonly requestId = "",
    /** Milliseconds after which another try may work, where the server said so. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }

  /** Somebody else changed the object since it was read. */
  get isConflict(): boolean {
    return this.status === 412;
  }

  /** What is wrong with a field, or with one inside of it such as `tags[3]`. */
  fault(field: string): string | undefined {
    return this.fields.find((fault) => fault.field === field || fault.field.startsWith(`${field}[`))?.message;
  }
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(0, "page", error instanceof Error ? error.message : String(error));
}
