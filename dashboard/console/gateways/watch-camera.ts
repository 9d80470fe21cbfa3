import { decodeQR } from "qr/decode.js";

/** Why a camera can't be used; the names are those of the words. */
export type CameraFault = "insecure" | "refused" | "none" | "failed";

const everyMs = 120;
/** A frame is looked at in this size: enough for a sticker, quick on a slow phone. */
const longSidePx = 900;

/**
 * Shows a camera in a video and tells the text of every QR code in sight, until the signal ends it. It decodes in the page
 * itself: browsers' own detectors are missing on many phones, and there say nothing.
 * @throws DOMException when there is no camera to be had; `faultOf` says why
 */
export async function watchCamera(
  video: HTMLVideoElement,
  seen: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  if (navigator.mediaDevices === undefined) throw new DOMException("no secure context", "SecurityError");
  const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
  const stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
  const stop = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  signal.addEventListener("abort", stop);
  if (signal.aborted) return stop();
  video.srcObject = stream;
  await video.play().catch((error: unknown) => {
    stop();
    throw error;
  });
  const read = frameReader(video);
  const timer = setInterval(() => {
    const text = read();
    if (text !== null) seen(text);
  }, everyMs);
  signal.addEventListener("abort", () => clearInterval(timer));
  if (signal.aborted) clearInterval(timer);
}

/** Reads the QR code in the frame that a video shows; null while there is none. */
function frameReader(video: HTMLVideoElement): () => string | null {
  const canvas = document.createElement("canvas");
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  return () => {
    const { videoWidth, videoHeight } = video;
    const scale = Math.min(1, longSidePx / Math.max(videoWidth, videoHeight, 1));
    const [width, height] = [Math.round(videoWidth * scale), Math.round(videoHeight * scale)];
    if (drawing === null || width === 0 || height === 0) return null;
    Object.assign(canvas, { width, height });
    drawing.drawImage(video, 0, 0, width, height);
    try {
      return decodeQR({ width, height, data: drawing.getImageData(0, 0, width, height).data });
    } catch {
      // The decoder throws for every frame without a code.
      return null;
    }
  };
}

/** What an error of the camera means. */
export function faultOf(error: unknown): CameraFault {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "SecurityError") return "insecure";
  if (name === "NotAllowedError") return "refused";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "none" : "failed";
}
