import { useMutation } from "@tanstack/react-query";
import type { Chart } from "#api/console-shapes.ts";
import { ApiError, getFile } from "../api.ts";
import { download } from "../download.ts";
import { Trouble } from "../trouble.tsx";
import { useWords } from "../use-words.tsx";

interface ProofProps {
  readonly label: string;
  readonly chart: Chart;
}

/** The proof of the shown period as a file, for an inspector who checks it without us. */
export function ProofDownload({ label, chart }: ProofProps) {
  const { say } = useWords();
  const { mutate, isPending, error } = useMutation({ mutationFn: () => fetchProof(label, chart) });
  return (
    <div className="proof-download">
      {/* Not disabled: what is disabled loses the focus, and the keyboard its place. */}
      <button type="button" aria-disabled={isPending} onClick={() => void (isPending || mutate())}>
        {say.text(isPending ? "proof.making" : "proof.download")}
      </button>
      <p className="note" role="status">
        {say.text(isNotYet(error) ? "proof.notYet" : "proof.downloadNote")}
      </p>
      {error !== null && !isNotYet(error) && <Trouble error={error} retry={() => mutate()} />}
    </div>
  );
}

async function fetchProof(label: string, { from, to }: Chart): Promise<void> {
  const iso = (ms: number) => new Date(ms).toISOString();
  const period = new URLSearchParams({ from: iso(from), to: iso(to) });
  download(await getFile(`/v1/equipment/${label}/bundle?${period}`), `${label}.bundle.json`);
}

function isNotYet(error: Error | null): boolean {
  return error instanceof ApiError && error.status === 404;
}
