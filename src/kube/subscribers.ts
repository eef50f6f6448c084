/** Handlers that are told of something. One that throws keeps no other from being told. */
export class Subscribers<M> {
  readonly #handlers = new Set<{ readonly handle: (message: M) => void }>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Returns a function that takes the handler away again. */
  add(handle: (message: M) => void): () => void {
    const entry = { handle };
    this.#handlers.add(entry);
    return () => {
      this.#handlers.delete(entry);
    };
  }

  tell(message: M): void {
    for (const { handle } of this.#handlers) {
      try {
        handle(message);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
