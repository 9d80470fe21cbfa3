import { useEffect, useState } from "react";

const tickMs = 10_000;

/** The time by this device's clock (epoch ms), told again every ten seconds. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), tickMs);
    return () => clearInterval(timer);
  }, []);
  return now;
}
