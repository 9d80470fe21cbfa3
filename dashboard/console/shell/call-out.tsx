import { Link } from "@tanstack/react-router";
import { Icon } from "../icons.tsx";
import { useWords } from "../use-words.tsx";
import { useLive } from "./use-live.tsx";

/** Calls out new alarms: said at once by screen readers, shown until put away. */
export function CallOut() {
  const { say } = useWords();
  const { called, seen } = useLive();
  const sites = called.map((names) => say.name(names)).join(say.text("list.join"));
  return (
    <div role="alert" className="call-out">
      {called.length > 0 && (
        <div className="called tone-stop">
          <Icon name="bell" />
          <p>{say.text("callOut.alarm", { sites })}</p>
          <Link to="/alarms" onClick={seen}>
            {say.text("callOut.look")}
          </Link>
          <button type="button" className="quiet" onClick={seen}>
            {say.text("callOut.seen")}
          </button>
        </div>
      )}
    </div>
  );
}
