/** Why a text is no code: a value for the caller to show, never thrown. */
export interface CodeError {
  readonly code:
    | "EMPTY"
    | "TOO_LONG"
    | "NOT_A_CODE"
    | "BAD_URI"
    | "UNKNOWN_AI"
    | "BAD_LENGTH"
    | "BAD_CHARSET"
    | "BAD_CHECK_DIGIT"
    | "BAD_DATE"
    | "CONFLICT";
  readonly message: string;
}

/** AI and value pairs in the order in which they were read. */
export type Elements = readonly (readonly [ai: string, value: string])[];

/** What a reading of one format gives: the elements, or why there are none. */
export type ElementsResult = { readonly elements: Elements } | { readonly error: CodeError };
