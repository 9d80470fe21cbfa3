import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { LogState } from "#api/console-shapes.ts";
import { Heading } from "../heading.tsx";
import { ToneIcon } from "../icons.tsx";
import { logQuery } from "../queries.ts";
import type { Tone } from "../states.ts";
import { Skeleton, Trouble } from "../trouble.tsx";
import { useWords } from "../use-words.tsx";
import { HandOver } from "./hand-over.tsx";
import { Checkpoints, Seals } from "./log-tables.tsx";
import { LogTroubles } from "./log-troubles.tsx";

const tones: Readonly<Record<LogState["state"], Tone>> = {
  anchored: "good",
  behind: "caution",
  fork: "stop",
  "no-chain": "open",
  unknown: "open",
};

/** The log: how far it is anchored, what its chain proves and to whom, its checkpoints and seals, how to check without us. */
export function LogPage() {
  const { say } = useWords();
  const query = useQuery(logQuery);
  const { data: log } = query;
  return (
    <>
      <Heading title={say.text("log.title")} />
      <p className="lead">{say.text("log.lead")}</p>
      {query.isError && <Trouble error={query.error} retry={() => void query.refetch()} />}
      {log === undefined ? (
        query.isPending && <Skeleton lines={10} />
      ) : (
        <>
          <LogAnswer log={log} />
          <LogTroubles log={log} />
          <div className="columns">
            <ChainFacts log={log} />
            <Alone />
          </div>
          {log.checkpoints[0] && <HandOver size={log.checkpoints[0].size} />}
          <Checkpoints log={log} />
          <Seals log={log} />
        </>
      )}
    </>
  );
}

/** The operator's own chain is never a green light: it proves nothing to outsiders. */
function LogAnswer({ log }: { log: LogState }) {
  const { say } = useWords();
  const isOwn = log.state === "anchored" && log.chain?.class === "operator";
  const tone = isOwn ? "open" : tones[log.state];
  const at = log.anchored?.at ?? null;
  return (
    <section className={`answer tone-${tone}`} data-state={log.state}>
      <ToneIcon tone={tone} />
      <div>
        <p className="sentence">{say.text(isOwn ? "log.state.anchoredOwn" : `log.state.${log.state}`)}</p>
        <p className="note">
          {say.count("log.entries", log.entries)}{" "}
          {log.waiting === 0 ? say.text("log.nothingWaits") : say.count("log.waiting", log.waiting)}{" "}
          {at !== null && say.text("log.lastAnchor", { at: Date.parse(at) })}
        </p>
      </div>
    </section>
  );
}

function ChainFacts({ log }: { log: LogState }) {
  const { say } = useWords();
  const { chain, origin, logId } = log;
  return (
    <section className="card" aria-labelledby="chain">
      <h2 id="chain">{say.text("log.chain")}</h2>
      <p>
        <strong>{say.text(`log.proves.${chain?.class ?? "none"}`)}</strong>
      </p>
      <dl className="facts">
        {chain && (
          <>
            <Fact name={say.text("log.class")}>{say.text(`log.class.${chain.class}`)}</Fact>
            <Fact name={say.text("log.chainId")}>
              <code>{chain.chainId}</code>
            </Fact>
            <Fact name={say.text("log.contract")}>
              <code>{chain.contract}</code>
            </Fact>
          </>
        )}
        <Fact name={say.text("log.origin")}>
          <code>{origin}</code>
        </Fact>
        {logId !== null && (
          <Fact name={say.text("log.id")}>
            <code>{logId}</code>
          </Fact>
        )}
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Alone() {
  const { say } = useWords();
  return (
    <section className="card" aria-labelledby="alone">
      <h2 id="alone">{say.text("log.alone")}</h2>
      <ol>
        <li>{say.text("log.alone.bundle")}</li>
        <li>{say.text("log.alone.trust")}</li>
        <li>
          {say.text("log.alone.run")}
          <code className="command">./coldmark verify BUNDLE.json --trust trust.json --rpc URL</code>
        </li>
      </ol>
      <p className="note">{say.text("log.alone.note")}</p>
      <p>
        <a href="/trust.json" download>
          {say.text("log.trust")}
        </a>
      </p>
    </section>
  );
}
