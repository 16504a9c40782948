import type { ReactNode } from "react";
import { useId, useRef } from "react";

export interface Tab<T extends string> {
  readonly id: T;
  readonly label: string;
  readonly count?: string | undefined;
}

export function Tabs<T extends string>({ label, tabs, value, onChange, children }: {
  readonly label: string;
  readonly tabs: readonly Tab<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly children: ReactNode;
}) {
  const id = useId();
  const row = useRef<HTMLDivElement>(null);
  const go = (step: number) => {
    const at = tabs.findIndex((tab) => tab.id === value);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (next === undefined) return;
    onChange(next.id);
    row.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };
  return (
    <>
      <div
        ref={row} className="tabs" role="tablist" aria-label={label}
        onKeyDown={(event) => {
          if (event.key === "ArrowRight") go(1);
          if (event.key === "ArrowLeft") go(-1);
        }}
      >
        {tabs.map((tab) => (
          <button
            key={tab.id} type="button" role="tab" id={`${id}-${tab.id}`} data-tab={tab.id} className="tab" aria-selected={tab.id === value} aria-controls={`${id}-panel`}
            tabIndex={tab.id === value ? 0 : -1} onClick={() => onChange(tab.id)}
          >
            {tab.label}{tab.count !== undefined && <span className="tab__count">{tab.count}</span>}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`} className="tab-panel">{children}</div>
    </>
  );
}
