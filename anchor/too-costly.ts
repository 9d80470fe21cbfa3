/** An anchor would cost more than the operator allows: it waits under its nonce, and a person is told. */
export class TooCostly extends Error {
  override readonly name = "TooCostly";
}
