import type { ReactNode } from "react";
import { useId } from "react";

export interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly fault?: string | undefined;
  readonly optional?: string | undefined;
}

interface Wiring {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": true | undefined;
}

/** A label with its control, a hint, and what the hub said is wrong with it. */
export function Field({ label, hint, fault, optional, children }: FieldProps & { readonly children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const described = [hint !== undefined ? `${id}-hint` : "", fault !== undefined ? `${id}-fault` : ""].filter(Boolean).join(" ");
  return (
    <div className={`field${fault === undefined ? "" : " field--fault"}`}>
      <label className="field__label" htmlFor={id}>
        {label}
        {optional !== undefined && <span className="field__optional"> {optional}</span>}
      </label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": fault === undefined ? undefined : true })}
      {hint !== undefined && <p className="field__hint" id={`${id}-hint`}>{hint}</p>}
      {fault !== undefined && <p className="field__fault" id={`${id}-fault`}>{fault}</p>}
    </div>
  );
}
