import type { ReactNode } from "react";
import { Icon } from "./Icon";

export function Notice({ tone = "info", children, action }: {
  readonly tone?: "info" | "warning" | "fault" | "good";
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className={`notice notice--${tone}`}>
      <Icon name={tone === "info" ? "info" : tone === "good" ? "check" : "warning"} />
      <div className="notice__text">{children}</div>
      {action}
    </div>
  );
}
