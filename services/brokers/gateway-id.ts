const shape = /^[a-z0-9][a-z0-9-]{1,39}$/;

/** Whether a gateway may have this id, which is its user name, its client id and the third level of its topics. */
export function isGatewayId(text: string): boolean {
  return shape.test(text);
}
