import type { ReactNode } from "react";

export type Tone = "neutral" | "good" | "warning" | "fault" | "accent";

export function Badge({ tone = "neutral", children, title }: { readonly tone?: Tone; readonly children: ReactNode; readonly title?: string }) {
  return <span className={`badge badge--${tone}`} title={title}>{children}</span>;
}
