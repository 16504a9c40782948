import { Observable } from "./Observable";

export interface Toast {
  readonly id: number;
  readonly kind: "done" | "fault" | "note";
  readonly text: string;
}

/** Short news for people, which go by themselves unless they tell of a fault. */
export class Toasts {
  readonly list = new Observable<readonly Toast[]>([]);
  private next = 1;

  add(kind: Toast["kind"], text: string): void {
    const toast: Toast = { id: this.next++, kind, text };
    this.list.update((list) => [...list.filter((other) => other.text !== text).slice(-3), toast]);
    if (kind !== "fault") setTimeout(() => this.dismiss(toast.id), 6000);
  }

  dismiss(id: number): void {
    this.list.update((list) => list.filter((toast) => toast.id !== id));
  }
}
