import { useState } from "react";
import type { Sticker } from "#domain/codes/gateway-sticker.ts";
import { useWords } from "../use-words.tsx";
import { CameraDialog } from "./camera-dialog.tsx";

/** Opens the camera, and says which sticker was read last. */
export function Scan({ found, read }: { found: (sticker: Sticker) => void; read: string | null }) {
  const { say } = useWords();
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="scan">
      <div className="buttons">
        <button type="button" onClick={() => setOpen(true)}>
          {say.text("claim.scan")}
        </button>
        <p className="note">{say.text("claim.or")}</p>
      </div>
      <p role="status" className="saved">
        {read !== null && say.text("claim.read", { serial: read })}
      </p>
      {isOpen && <CameraDialog close={() => setOpen(false)} found={found} />}
    </div>
  );
}
