import { useEffect, useId, useRef, useState } from "react";
import { readSticker, type Sticker } from "#domain/codes/gateway-sticker.ts";
import { useWords } from "../use-words.tsx";
import type { ConsoleKey } from "../words.ts";

interface CameraDialogProps {
  readonly close: () => void;
  readonly found: (sticker: Sticker) => void;
}

/** The camera, until it has read a gateway's sticker; says so when it reads something else or may not look. */
export function CameraDialog({ close, found }: CameraDialogProps) {
  const { say } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const { told, isOver } = useCamera(video, (sticker) => {
    found(sticker);
    dialog.current?.close();
  });
  return (
    <dialog ref={dialog} className="camera" onClose={close} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{say.text("claim.scan")}</h2>
      {!isOver && <video ref={video} muted playsInline aria-label={say.text("claim.scan")} />}
      <p role="status" className={isOver ? "failed" : undefined}>
        {say.text(told)}
      </p>
      <div className="buttons">
        <button type="button" onClick={() => dialog.current?.close()}>
          {say.text("camera.close")}
        </button>
      </div>
    </dialog>
  );
}

/** Looks through the camera while it is shown; what is heard last goes to `found` of the newest rendering. */
function useCamera(video: { readonly current: HTMLVideoElement | null }, found: (sticker: Sticker) => void) {
  const [told, setTold] = useState<ConsoleKey>("camera.starting");
  const [isOver, setOver] = useState(false);
  const newest = useRef(found);
  newest.current = found;
  useEffect(() => {
    const end = new AbortController();
    const seen = (text: string) => {
      const sticker = readSticker(text);
      if (sticker === null) setTold("camera.other");
      else if (!end.signal.aborted) {
        end.abort();
        newest.current(sticker);
      }
    };
    void look(video.current, seen, end.signal).then((ends) => {
      if (end.signal.aborted) return;
      setTold(ends);
      setOver(ends !== "camera.point");
    });
    return () => end.abort();
  }, [video]);
  return { told, isOver };
}

/** Starts looking and says how that went. The decoder is loaded only now. */
async function look(
  video: HTMLVideoElement | null,
  seen: (text: string) => void,
  signal: AbortSignal,
): Promise<ConsoleKey> {
  try {
    const { watchCamera, faultOf } = await import("./watch-camera.ts");
    if (video === null) return "camera.failed";
    return await watchCamera(video, seen, signal).then(
      () => "camera.point" as const,
      (error: unknown) => `camera.${faultOf(error)}` as const,
    );
  } catch {
    return "camera.failed";
  }
}
