import type { Stored } from './store.ts';

/** Where an object lies; cluster-scoped objects have the namespace ''. */
export const keyOf = (name: string, namespace = ''): string => `${namespace}/${name}`;

/** Objects by namespace and name. */
export class ObjectIndex<T extends Stored> {
  readonly #namespaces = new Map<string, Map<string, T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(name: string, namespace = ''): T | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  *list(): Iterable<T> {
    for (const objects of this.#namespaces.values()) yield* objects.values();
  }

  inNamespace(namespace: string): Iterable<T> {
    return this.#namespaces.get(namespace)?.values() ?? [];
  }

  set(object: T): void {
    const namespace = object.namespace ?? '';
    let objects = this.#namespaces.get(namespace);
    if (objects === undefined) {
      objects = new Map();
      this.#namespaces.set(namespace, objects);
    }
    if (!objects.has(object.name)) this.#size++;
    objects.set(object.name, object);
  }

  delete(name: string, namespace = ''): void {
    const objects = this.#namespaces.get(namespace);
    if (objects?.delete(name) !== true) return;
    this.#size--;
    if (objects.size === 0) this.#namespaces.delete(namespace);
  }
}
