import type { ReactNode } from "react";
import { useEffect } from "react";
import { Link } from "./Link";

/** The head of a page: where it is, what it is, what can be done. */
export function PageHeader({ title, badges, back, children, subtitle }: {
  readonly title: string;
  readonly badges?: ReactNode;
  readonly subtitle?: ReactNode;
  readonly back?: readonly { readonly href: string; readonly label: string }[];
  readonly children?: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · WGPilot`;
  }, [title]);
  return (
    <header className="page-head">
      {back !== undefined && (
        <nav className="crumbs" aria-label="Breadcrumb">
          {back.map((crumb) => <span key={crumb.href}><Link href={crumb.href}>{crumb.label}</Link><span aria-hidden="true"> / </span></span>)}
        </nav>
      )}
      <div className="page-head__row">
        <div className="page-head__title">
          <h1 tabIndex={-1} id="page-title">{title}</h1>
          {badges}
        </div>
        {children !== undefined && <div className="page-head__actions">{children}</div>}
      </div>
      {subtitle !== undefined && <p className="page-head__subtitle">{subtitle}</p>}
    </header>
  );
}
