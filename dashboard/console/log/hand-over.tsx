import { useQuery } from "@tanstack/react-query";
import { QrCode } from "../qr-code.tsx";
import { checkpointQuery } from "../queries.ts";
import { useWords } from "../use-words.tsx";

/** More, with the lines of many witnesses, makes a code that few cameras read. */
const qrTextMax = 1_000;

/** The newest signed checkpoint for an authority to keep: whoever holds it can tell later whether history was rewritten. */
export function HandOver({ size }: { size: number }) {
  const { say } = useWords();
  const { data: note } = useQuery(checkpointQuery(size));
  if (note === undefined) return null;
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
              ./coldmark verify BUNDLE.json --trust trust.json --checkpoint checkpoint.txt
            </code>
          </p>
        </div>
      </div>
    </section>
  );
}
