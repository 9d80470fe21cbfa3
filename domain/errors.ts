/**
 * The one error table: every fault a caller can meet, with its HTTP status, whether trying again can help,
 * and its words in both languages. Expected alternatives (a verdict, a limit check) are values, not errors.
 */
interface ErrorKind {
  readonly status: number;
  readonly retryable: boolean;
  readonly zh: string;
  readonly en: string;
}

const table = {
  BAD_REQUEST: { status: 400, retryable: false, zh: "请求格式不正确", en: "The request is not well formed" },
  BAD_CODE: { status: 400, retryable: false, zh: "无法识别该追溯码", en: "This code could not be read" },
  UNAUTHENTICATED: {
    status: 401,
    retryable: false,
    zh: "请先登录，或使用有效的密钥",
    en: "Sign in, or send a valid API key",
  },
  CROSS_ORIGIN: {
    status: 403,
    retryable: false,
    zh: "请求来自其他网站",
    en: "The request came from another site",
  },
  NOT_FOUND: { status: 404, retryable: false, zh: "未找到", en: "Not found" },
  METHOD_NOT_ALLOWED: {
    status: 405,
    retryable: false,
    zh: "此地址不支持该方法",
    en: "This address does not take that method",
  },
  NOT_ACCEPTABLE: {
    status: 406,
    retryable: false,
    zh: "没有所要求的格式",
    en: "There is no answer in the form you asked for",
  },
  CONFLICT: {
    status: 409,
    retryable: false,
    zh: "与已有记录冲突",
    en: "This conflicts with what is recorded",
  },
  TOO_LARGE: { status: 413, retryable: false, zh: "内容过大", en: "The content is too large" },
  UNSUPPORTED_MEDIA: {
    status: 415,
    retryable: false,
    zh: "不支持的内容类型",
    en: "This content type is not supported",
  },
  TOO_MANY: {
    status: 429,
    retryable: true,
    zh: "请求过于频繁,请稍后再试",
    en: "Too many requests; try again shortly",
  },
  INTERNAL: { status: 500, retryable: true, zh: "服务内部错误", en: "Something went wrong on our side" },
  UNAVAILABLE: {
    status: 503,
    retryable: true,
    zh: "服务暂不可用,请稍后再试",
    en: "Temporarily unavailable; try again",
  },
  BAD_SETTING: { status: 500, retryable: false, zh: "设置有误", en: "A setting is wrong" },
  DATA_LOCKED: {
    status: 503,
    retryable: true,
    zh: "数据目录正被另一进程使用",
    en: "The data folder is in use by another process",
  },
  PART_MISSING: {
    status: 503,
    retryable: false,
    zh: "缺少所需的组件",
    en: "A part that is needed is not installed",
  },
  BAD_NETWORK_FILE: { status: 422, retryable: false, zh: "网络文件有误", en: "The network file has faults" },
  EXPORT_CHANGED: {
    status: 500,
    retryable: false,
    zh: "已导出的某日收件文件缺失或被改动",
    en: "The file of an exported day of the inbox is missing or was changed",
  },
  NOT_SUPPORTED: { status: 501, retryable: false, zh: "尚不支持", en: "This is not supported" },
} as const satisfies Record<string, ErrorKind>;

/** The closed set of error codes that callers may meet. */
export type ErrorCode = keyof typeof table;

/** A fault with its code, the facts about it and, for input, the field and the cure. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, detail: string, facts: Record<string, unknown> = {}, cause?: unknown) {
    super(detail, { cause });
    this.name = "AppError";
    this.code = code;
    this.facts = facts;
  }
}

/** What the table says of a code: status, whether a retry can help, words in both languages. */
export function errorKind(code: ErrorCode): ErrorKind {
  return table[code];
}
