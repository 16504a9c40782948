import { ApiError } from "./ApiError";
import type { FieldFault } from "./types";

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface RequestOptions {
  readonly query?: Query;
  readonly body?: unknown;
  /** Only if the object is still as it was when this tag was given. */
  readonly ifMatch?: string | undefined;
  /** Under this key a creation is made once, however often it is asked for. */
  readonly idempotencyKey?: string | undefined;
  readonly accept?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer<T> {
  readonly body: T;
  readonly etag: string | undefined;
  readonly headers: Headers;
}

function withQuery(path: string, query: Query | undefined): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === "" ? path : `${path}?${text}`;
}

async function refusal(response: Response): Promise<ApiError> {
  const seconds = Number(response.headers.get("retry-after") ?? NaN);
  const retryAfter = Number.isFinite(seconds) ? seconds * 1000 : undefined;
  let fault: { code?: string; message?: string; request_id?: string; fields?: FieldFault[] } = {};
  try {
    fault = ((await response.json()) as { error?: typeof fault }).error ?? {};
  } catch {
    // Something on the way answered, not the API.
  }
  return new ApiError(
    response.status, fault.code ?? `http_${response.status}`, fault.message ?? `${response.status} ${response.statusText}`,
    fault.fields ?? [], fault.request_id ?? "", retryAfter,
  );
}

/** One request. The browser sends the session's cookie, and says by itself that the page is the gateway's own. */
export async function send(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
  const headers: Record<string, string> = { accept: options.accept ?? "application/json" };
  if (options.body !== undefined) headers["content-type"] = "application/json";
  if (options.ifMatch !== undefined) headers["if-match"] = options.ifMatch;
  if (options.idempotencyKey !== undefined) headers["idempotency-key"] = options.idempotencyKey;
  let response: Response;
  try {
    response = await fetch(withQuery(path, options.query), {
      method,
      headers,
      credentials: "same-origin",
      cache: "no-store",
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "unreachable", "");
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

export async function json<T>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
  const response = await send(method, path, options);
  const text = await response.text();
  return {
    body: (text === "" ? {} : JSON.parse(text)) as T,
    etag: response.headers.get("etag") ?? undefined,
    headers: response.headers,
  };
}

/** A key for a creation that may have to be sent twice. */
export function idempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
