import type { ReactNode } from "react";
import type { IconName } from "./Icon";
import { Icon } from "./Icon";

/** What stands where there is nothing yet: why, and what to do about it. */
export function EmptyState({ icon, title, children, action, isPage = false }: {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  /** It is all that the page has: its title is the page's. */
  readonly isPage?: boolean;
}) {
  return (
    <div className="empty">
      <span className="empty__icon"><Icon name={icon} size={26} /></span>
      {isPage ? <h1 className="empty__title" id="page-title" tabIndex={-1}>{title}</h1> : <p className="empty__title">{title}</p>}
      {children !== undefined && <div className="empty__text">{children}</div>}
      {action !== undefined && <div className="empty__action">{action}</div>}
    </div>
  );
}
