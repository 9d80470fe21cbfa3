import { useQuery } from "@tanstack/react-query";
import { QrCode } from "../qr-code.tsx";
import { checkpointQuery } from "../queries.ts";
import { Skeleton, Trouble } from "../trouble.tsx";
import { useWords } from "../use-words.tsx";

/** More, with the lines of many witnesses, makes a code that few cameras read. */
const qrTextMax = 1_000;

/** The newest signed checkpoint for an authority to keep: whoever holds it can tell later whether history was rewritten. */
export function HandOver({ size }: { size: number }) {
  const { say } = useWords();
  const { data: note, isError, error, refetch } = useQuery(checkpointQuery(size));
  if (isError) return <Trouble error={error} retry={() => void refetch()} />;
  if (note === undefined) return <Skeleton lines={4} />;
  const isShort = note.length <= qrTextMax;
  return (
    <section className="card" aria-labelledby="hand-over">
      <h2 id="hand-over">{say.text("log.handOver")}</h2>
      <p>{say.text("log.handOver.why")}</p>
      <div className="hand-over">
        {isShort && <QrCode text={note} label={say.text("log.handOver.qr")} />}
        <div>
          <pre className="note-text">{note}</pre>
          <p>
            <a href="/log/checkpoint" download="checkpoint.txt">
              {say.text("log.handOver.file")}
            </a>
          </p>
          <p>
            {say.text("log.handOver.run")}
            <code className="command">
              {`./coldmark verify BUNDLE.json --trust trust.json --checkpoint checkpoint.txt --tiles ${location.origin}/log`}
            </code>
          </p>
          <p className="note">{say.text("log.handOver.tiles")}</p>
        </div>
      </div>
    </section>
  );
}
