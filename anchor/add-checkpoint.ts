import { toBase64 } from "#domain/log/bytes.ts";

/** What a witness said to a checkpoint: its signature lines, or the size it knows of our log where that is another one. */
export type WitnessAnswer = { readonly lines: string } | { readonly knownSize: number };

const answerMaxBytes = 16_384;
const timeoutMs = 10_000;
const conflict = 409;
const sizeType = "text/x.tlog.size";

/**
 * Hands a witness our checkpoint, with the proof that it extends the tree of `oldSize` (C2SP tlog-witness, `add-checkpoint`).
 * @throws Error with what the witness answered, or that it didn't in 10 s
 */
export async function addCheckpoint(
  prefix: string,
  checkpoint: { readonly oldSize: number; readonly proof: readonly Uint8Array[]; readonly note: string },
  stopping: AbortSignal,
): Promise<WitnessAnswer> {
  const { oldSize, proof, note } = checkpoint;
  const body = [`old ${oldSize}`, ...proof.map(toBase64), "", note].join("\n");
  const response = await fetch(`${prefix.replace(/\/$/, "")}/add-checkpoint`, {
    method: "POST",
    body,
    redirect: "error",
    signal: AbortSignal.any([stopping, AbortSignal.timeout(timeoutMs)]),
  });
  const text = await shortText(response);
  if (response.status === 200) return { lines: text };
  const isSize = response.headers.get("content-type")?.split(";")[0] === sizeType;
  if (response.status === conflict && isSize && /^(0|[1-9]\d{0,14})\n$/.test(text))
    return { knownSize: Number(text) };
  throw new Error(`the witness answered ${response.status}`);
}

/** Whatever a witness sends, no more of it is read than an answer can need. */
async function shortText(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.length;
    if (length > answerMaxBytes) throw new Error("the witness's answer is too long");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
