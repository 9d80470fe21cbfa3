import { type ReactNode, useEffect, useRef } from "react";

let isFirstPage = true;

/**
 * A page's main heading: names the document, and takes the focus when somebody came here from another page of the
 * console, so that a screen reader says where one is.
 */
export function Heading({
  title,
  hidden = false,
  children,
}: {
  title: string;
  hidden?: boolean;
  children?: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Coldmark`;
  }, [title]);
  useEffect(() => {
    if (!isFirstPage) heading.current?.focus({ preventScroll: true });
    isFirstPage = false;
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1} className={hidden ? "hidden" : undefined}>
      {children ?? title}
    </h1>
  );
}
