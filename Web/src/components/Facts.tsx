import type { ReactNode } from "react";

/** Names with their values; what has none is left out. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts.filter(([, value]) => value !== undefined && value !== "" && value !== false).map(([name, value]) => (
        <div key={name} className="facts__row"><dt>{name}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}
