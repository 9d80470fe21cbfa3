/** A request that did not give what was asked for; `status` 0 when no answer came at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly detail: string;
  /** Where in the request the answer says that something is wrong, as JSON pointers. */
  readonly faults: readonly string[];

  constructor(status: number, detail: string, faults: readonly string[] = []) {
    super(`${status} ${detail}`);
    this.name = "ApiError";
    this.status = status;
    this.detail = detail;
    this.faults = faults;
  }
}

const timeoutMs = 20_000;
/** A year of readings takes its time. */
const fileTimeoutMs = 600_000;

/** Asks our API for JSON. @throws ApiError whatever goes wrong */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await ask(path, { headers: { accept: "application/json" } }, signal)).json() as Promise<T>;
}

/** Asks our API for a text. @throws ApiError whatever goes wrong */
export async function getText(path: string, signal?: AbortSignal): Promise<string> {
  return (await ask(path, {}, signal)).text();
}

/** Sends JSON to our API and gives the answer, or null where it has no body. @throws ApiError whatever goes wrong */
export async function postJson<T>(path: string, body: unknown): Promise<T | null> {
  const headers = { accept: "application/json", "content-type": "application/json" };
  const response = await ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await response.text();
  return text === "" ? null : (JSON.parse(text) as T);
}

/** Fetches a file that takes long to make. @throws ApiError whatever goes wrong */
export async function getFile(path: string): Promise<Blob> {
  const response = await ask(path, { limitMs: fileTimeoutMs });
  return response.blob().catch((fault) => {
    throw new ApiError(0, String(fault));
  });
}

async function ask(
  path: string,
  { limitMs = timeoutMs, ...init }: RequestInit & { limitMs?: number },
  signal?: AbortSignal,
): Promise<Response> {
  const limits = [AbortSignal.timeout(limitMs), ...(signal === undefined ? [] : [signal])];
  let response: Response;
  try {
    response = await fetch(path, { ...init, signal: AbortSignal.any(limits) });
  } catch (fault) {
    if (signal?.aborted === true) throw fault;
    throw new ApiError(0, String(fault));
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

interface Problem {
  readonly detail?: string;
  readonly title?: string;
  readonly faults?: readonly { readonly path: string }[];
}

async function errorOf(response: Response): Promise<ApiError> {
  const { detail, title, faults = [] } = (await response.json().catch(() => ({}))) as Problem;
  const paths = faults.map(({ path }) => path);
  return new ApiError(response.status, detail ?? title ?? response.statusText, paths);
}
