import type { ReactNode } from "react";
import { useId } from "react";

export function Card({ title, actions, children, flush = false }: {
  readonly title?: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** The content goes to the edges. */
  readonly flush?: boolean;
}) {
  const id = useId();
  return (
    <section className={`card${flush ? " card--flush" : ""}`} aria-labelledby={title === undefined ? undefined : id}>
      {title !== undefined && (
        <header className="card__head">
          <h2 id={id} className="card__title">{title}</h2>
          {actions !== undefined && <div className="card__actions">{actions}</div>}
        </header>
      )}
      <div className="card__body">{children}</div>
    </section>
  );
}
